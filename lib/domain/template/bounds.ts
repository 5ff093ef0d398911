import { CaptureTag, Context, type Emitter, type Liquid, toValueSync } from 'liquidjs';
import type { TemplateClock } from './clock.ts';

/**
 * What one string of content may cost. They count work, not time: the same template on the same facts must end
 * the same way on every machine, or a decision could not be replayed.
 */
export const limits = {
  /** Characters of one string's template text. */
  parse: 65_536,
  /** Tags, outputs and texts rendered. */
  steps: 20_000,
  /** Characters and elements that filters, ranges and captures handle. */
  memory: 500_000,
  /** Characters written. */
  output: 131_072,
} as const;

const asText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(asText).join('') : String(value);
};

/** Collects output up to the limit. */
class BoundedEmitter implements Emitter {
  buffer = '';
  write(html: unknown): void {
    this.buffer += asText(html);
    if (this.buffer.length > limits.output) throw new RangeError('output limit exceeded');
  }
}

/** A render's context: carries the decision's clock where no template can reach it, and counts steps. */
export class ContentContext extends Context {
  readonly clock: TemplateClock;
  #steps = 0;

  constructor(environment: object, liquid: Liquid, clock: TemplateClock) {
    super(environment, liquid.options, { sync: true, memoryLimit: limits.memory }, { liquid });
    this.clock = clock;
    // The library's own limit is a wall-clock time.
    this.renderLimit.check = () => {
      this.#steps += 1;
      if (this.#steps > limits.steps) throw new RangeError('step limit exceeded');
    };
  }
}

/** `capture` that pays for what it keeps: unpaid, a loop that captures itself twice doubles forever. */
export class BoundedCaptureTag extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const emitter = new BoundedEmitter();
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter);
    context.memoryLimit.use(emitter.buffer.length);
    Object.assign(context.bottom(), { [this.variable]: emitter.buffer });
  }
}

/** Renders parsed templates; throws what the library throws. */
export const renderBounded = (
  liquid: Liquid,
  templates: ReturnType<Liquid['parse']>,
  environment: object,
  clock: TemplateClock,
): string => {
  const emitter = new BoundedEmitter();
  const context = new ContentContext(environment, liquid, clock);
  toValueSync(liquid.renderer.renderTemplates(templates, context, emitter));
  return emitter.buffer;
};
