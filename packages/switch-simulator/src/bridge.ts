import { SILENCE } from './audio';
import type { Leg } from './leg';

/**
 * Two legs that hear each other. The leader reports: CHANNEL_BRIDGE and CHANNEL_UNBRIDGE are events of the leader's leg, as in the switch.
 * Either side may end or be moved; what becomes of the other one then follows from its variables.
 */
export class Bridge {
  private readonly ready = new Set<Leg>();
  private begun = false;
  private broken = false;
  private reported = false;

  /** @param announced `uuid_bridge` shows itself as an execute on both legs; a dialplan bridge does not. */
  constructor(readonly leader: Leg, readonly follower: Leg, private readonly announced: boolean) {}

  peer(leg: Leg): Leg { return leg === this.leader ? this.follower : this.leader; }

  /** Runs on the thread of each leg until the bridge is over. @throws Moved, Ended */
  async run(leg: Leg): Promise<void> {
    const { thread } = leg;
    thread.bridge = this;
    this.ready.add(leg);
    this.peer(leg).thread.wake();
    try {
      const met = await thread.wait(5_000, { until: () => this.ready.size === 2 || this.broken || this.peer(leg).over });
      if (met === 'timeout' || this.broken || this.peer(leg).over) { await this.after(leg); return; }
      this.begin();
      await thread.wait(Infinity, { until: () => this.broken });
      await this.settle(leg);
    } catch (error) {
      this.leave(leg);
      await this.settle(leg, false);
      throw error;
    } finally { if (thread.bridge === this) thread.bridge = null; leg.hear(SILENCE); }
  }

  /** A leg is about to go: the other one is woken. */
  leave(leg: Leg): void {
    if (this.broken) return;
    this.broken = true;
    this.peer(leg).thread.wake();
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    const { leader, follower } = this;
    const now = leader.core.now();
    for (const [leg, other] of [[leader, follower], [follower, leader]] as const) {
      leg.other = other; leg.otherType = leg === leader ? 'originatee' : 'originator';
      leg.times.bridged = now;
      leg.set('bridge_uuid', other.uuid); leg.set('bridge_channel', other.options.name); leg.set('signal_bond', other.uuid); leg.set('last_bridge_to', other.uuid); leg.set('last_bridge_role', leg === leader ? 'originator' : 'originatee');
      if (this.announced) leg.emit('CHANNEL_EXECUTE', { Application: 'uuid_bridge', 'Application-Data': other.uuid, 'Application-UUID': leg.core.uuid() });
    }
    leader.enter(this.announced ? 'CS_SOFT_EXECUTE' : 'CS_EXECUTE');
    follower.callUuid = leader.callUuid = leader.uuid;
    follower.set('call_uuid', leader.uuid);
    leader.hear(follower.voice); follower.hear(leader.voice);
    leader.emit('CHANNEL_BRIDGE', { 'Bridge-A-Unique-ID': leader.uuid, 'Bridge-B-Unique-ID': follower.uuid });
    follower.enter('CS_EXCHANGE_MEDIA');
    leader.thread.wake(); follower.thread.wake();
  }

  /** The leader says that it is over, once, on its own thread. */
  private async settle(leg: Leg, goOn = true): Promise<void> {
    if (leg === this.leader && this.begun && !this.reported) {
      this.reported = true;
      // In the switch the side that hung up is cleared first, then the leader reports.
      if (this.follower.over) await this.follower.core.cleared(this.follower);
      else if (leg.over && !this.follower.thread.moving) this.afterPeer(this.follower);
      for (const each of [this.leader, this.follower]) { each.variables.delete('bridge_uuid'); each.variables.delete('signal_bond'); }
      leg.emit('CHANNEL_UNBRIDGE', { 'Bridge-A-Unique-ID': this.leader.uuid, 'Bridge-B-Unique-ID': this.follower.uuid, 'Hangup-Cause': leg.hangupCause ?? this.follower.hangupCause ?? 'NORMAL_CLEARING' });
    }
    if (goOn) await this.after(leg);
  }

  /** A caller who hangs up takes the other leg along before its own end is reported. */
  private afterPeer(leg: Leg): void {
    if (!leg.over && !leg.thread.moving && !leg.truth('park_after_bridge') && leg.variable('transfer_after_bridge') === '') leg.core.hangUp(leg, 'NORMAL_CLEARING');
  }

  /** What a leg does that was left behind. @throws Moved, Ended */
  private async after(leg: Leg): Promise<void> {
    leg.thread.check();
    leg.set('bridge_hangup_cause', this.peer(leg).hangupCause ?? '');
    const transfer = leg.variable('transfer_after_bridge');
    if (leg.truth('park_after_bridge')) { leg.thread.move({ kind: 'park' }); leg.thread.check(); }
    if (transfer !== '') {
      leg.set('transfer_after_bridge', '');
      const [destination = '', , context = leg.context] = transfer.split(':');
      leg.thread.move({ kind: 'dialplan', destination, context, transferred: true });
      leg.thread.check();
    }
    const inDialplan = !this.announced && leg === this.leader;
    if (inDialplan && !leg.truth('hangup_after_bridge')) return;
    leg.core.hangUp(leg, 'NORMAL_CLEARING');
    leg.thread.check();
  }
}
