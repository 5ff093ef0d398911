/** One definition of each kind, with nearly every field that it can have. */
export const EVERY_KIND = `
kind: settings
id: settings
currency: EUR
timezone: Europe/Amsterdam
quietHours: { from: "21:00", to: "08:00" }
messageLimit: { max: 3, per: P1D }
globalHoldout: 5
lateEvents: P3D
anonymousRetention: P30D
household: { share: [city] }
effort: { Payment Failed: 3, Search Without Result: 1 }
publish: [Order Completed]
---
kind: segment
id: vip
where: { stats.revenue: { $gte: 100000 } }
---
kind: problem
id: flight-delay
opens: { on: flight.delayed, where: { event.data.delayMinutes: { $gte: 45 } }, key: event.subject }
closes:
  - { on: Offer Redeemed, where: { event.properties.offerId: upgrade-apology } }
  - { on: problem.resolved, key: event.data.key }
severity: high
expires: P2D
---
kind: follow
id: booked-flight
on: Order Completed
where: { event.properties.kind: flight }
subject: "flight/{{ event.properties.flight }}/{{ event.properties.date }}"
for: P3D
rank: stats.revenue
wave: { size: 50, gap: PT10M }
---
kind: experience
id: lipstick-hero
placement: [home.hero, home.top]
intent: sell
where: { traits.interests: makeup }
priority: 40
limit: { max: 5, per: P1D }
consent: personalization
default: false
variants: [ { id: a, weight: 50, content: { headline: A } }, { id: b, weight: 50, content: B } ]
---
kind: journey
id: abandoned-cart
enter: { on: [Product Added, Cart Updated], where: { cart.itemCount: { $gte: 1 } }, key: cart.id, again: P7D }
exit: [ { on: Order Completed, as: goal }, { on: Cart Emptied } ]
goal: { on: Order Completed, within: P7D }
holdout: 10
priority: 60
steps:
  - { id: quiet, wait: { for: PT45M, restartOn: [Product Added, Cart Updated] } }
  - { id: remind, show: { placement: home.hero, intent: serve, content: { headline: Hello }, for: P2D } }
  - { id: mail, message: { channel: email, topic: cart, content: { subject: "…", body: "…" } } }
  - { id: next-day, wait: { for: P1D, until: "09:00" } }
  - id: value
    when:
      - { if: { cart.total: { $gte: 5000 } }, then: [ { id: sweeten, grant: { offer: comeback-10, for: P2D, because: "You left a cart" } } ] }
      - { else: [ { id: done, exit: small-cart } ] }
  - { id: test, split: [ { name: plain, weight: 50, steps: [] }, { name: bold, weight: 50, steps: [ { id: bold, exit: out } ] } ] }
  - { id: answer, await: { on: Message Clicked, timeout: P2D, then: [], else: [] } }
  - { id: ask, ask: { question: shoe-use } }
  - { id: note, set: { traits: { cartRescued: true } } }
  - { id: hand-over, task: { queue: service, summary: "…", outcomes: [approved, refused], timeout: P1D, then: { approved: [] }, else: [] } }
  - { id: who, pick: { list: contractors, where: { row.area: { $fact: traits.area } }, as: contractor, then: [], else: [] } }
  - { id: seats, grant: { offer: upgrade, for: PT6H, rank: { by: stats.revenue, pool: event.subject, seats: 6, gather: PT2M } } }
  - { id: tell, emit: { event: Cart Rescued, properties: {} } }
---
kind: offer
id: comeback-10
label: 10% off the cart you left
reward: { type: percentage, value: 10, on: order, max: 2000 }
lines: { line.category: makeup }
where: { cart.total: { $gte: 3000 } }
apply: code
codes: { prefix: W-, count: 500 }
requiresGrant: true
combine: { group: sweetener, with: [shipping] }
priority: 50
from: 2026-01-01T00:00:00Z
until: 2026-12-31T23:59:59+01:00
limits: { total: 1000, perVisitor: 1, budget: 500000, per: event.subject }
intent: sell
---
kind: guard
id: already-owned
where: { line.sku: { $inOrders: P5Y }, line.attributes.consumable: { $ne: true } }
against: { in: orders, within: P1Y, where: { match.attributes.fits: { $ne: { $fact: line.attributes.fits } } }, count: { $gte: 1 } }
severity: warn
message: "You bought this on {{ match.orderedAt | date: '%e %B %Y' }}."
suggest: { action: remove-line }
---
kind: question
id: shoe-use
ask: What will you mostly use them for?
where: { cart.lines: { $elemMatch: { category: shoes } } }
channels: [agent, web]
why: Half of the returns of running shoes are worn for the gym.
answers:
  - { id: run, label: Running, set: { traits: { shoeUse: running } } }
  - { id: gym, label: The gym, set: { traits: { shoeUse: gym } } }
again: P180D
value: 30
---
kind: kpi
id: recovered-carts
measure: { journey: abandoned-cart, rate: goal }
now: 0.04
tomorrow: 0.08
by: 2027-03-31
owner: lifecycle team
---
kind: list
id: contractors
rows: [ { name: "…", trade: roof, area: "1012" } ]
---
kind: learn
id: payees
on: Payee Added
key: event.properties.iban
item: { name: "{{ event.properties.name }}" }
max: 100
---
kind: authorization
id: department
limit: account.departments.limit
approver: account.departments.approver
per: P1M
`;
