// What the routes are given: the parts that main.ts has made.

import type { NatsLink } from '#adapters/nats/index.ts'
import type { Logger } from '#adapters/service/index.ts'
import type { Authenticator } from './access/authenticator.ts'
import type { RateGuard } from './access/rate-guard.ts'
import type { Catalogue } from './catalogue.ts'
import type { AccountDesk } from './commands/account-desk.ts'
import type { OrderDesk } from './commands/order-desk.ts'
import type { CommandPipeline } from './commands/pipeline.ts'
import type { EventRouter } from './events/router.ts'
import type { Rpc } from './rpc.ts'
import type { SocketServer } from './socket/server.ts'

/** The gateway's parts. */
export interface GatewayParts {
  readonly link: NatsLink
  readonly log: Logger
  readonly auth: Authenticator
  readonly rates: RateGuard
  readonly catalogue: Catalogue
  readonly desk: OrderDesk
  readonly accounts: AccountDesk
  readonly pipeline: CommandPipeline
  readonly router: EventRouter
  readonly rpc: Rpc
  readonly sockets: SocketServer
  /** Whether the catalogue is there and the events are followed. */
  readonly isStarted: () => boolean
}
