/**
 * Names that the director, the generated dialplan and the simulated switch share. The dialplan is in gateway-config/src/dialplan.ts;
 * a name changed here changes in all three.
 */
export const SWITCH = {
  /** Domain of the phones: `user/8001@ronghu`. */
  domain: 'ronghu',
  context: { public: 'public', phones: 'phones' },
  /** Sofia profiles: `sofia/trunk/…`, `sofia/phones/…`. */
  profile: { trunk: 'trunk', phones: 'phones' },
  music: 'local_stream://moh',
  /** Extensions of context public; the forms are proved on FreeSWITCH 1.11.1. */
  extension: {
    /** Music in short turns, rescued by the station when the lease lapsed. A caller is here while in IVR, queue, offer and hold. */
    wait: 'wait',
    /** The station alone: rings the local hunt group, records, writes its own record. */
    hunt: 'hunt',
    /** Asks for 1, 2 or 3 and says thanks; needs no centre. */
    rating: 'rating',
    /** An agent leg whose customer is on hold: silence in short turns, hung up when the lease lapsed. */
    agentHold: 'bpark',
    /** Says the blocked prompt and hangs up. */
    blocked: 'blocked',
    /** Says that all agents are busy and hangs up. */
    busy: 'busy',
  },
  /** Global variables of a node. The lease lapses by itself; the epoch says whose it is. */
  global: { leaseUntil: 'ronghu_lease_until', leaseEpoch: 'ronghu_lease_epoch' },
  /** Channel variables; they come back in events as `variable_…` and in the call record of the node. */
  variable: {
    /** Id of the call, on every leg of it. On the customer's leg of an inbound call it is the leg's own uuid. */
    callId: 'ronghu_call_id',
    direction: 'ronghu_direction',
    hotline: 'ronghu_hotline',
    /** `customer`, `agent`, `consulted`, `leader`. */
    role: 'ronghu_role',
    agentId: 'ronghu_agent_id',
    /** `1` satisfied, `2` fair, `3` dissatisfied; set by the rating extension. */
    rating: 'ronghu_rating',
    /** `local` when the station's hunt group took the call without the centre. */
    servedBy: 'ronghu_served_by',
    /** Extension of the phone that answered locally. */
    servedExtension: 'ronghu_served_extension',
    recording: 'ronghu_recording',
    stage: 'ronghu_stage',
  },
  /** CUSTOM event of the dialplan, once a stage; header `Ronghu-Stage` as below, and all channel data with it. */
  stageEvent: 'ronghu::call',
  stageHeader: 'Ronghu-Stage',
  stage: {
    /** A new caller is answered, recorded and hears music: begin the IVR. */
    waiting: 'waiting',
    /** The lease lapsed: the hunt group is rung. */
    local: 'local',
    /** The lease came back while nobody had answered locally: the caller is ours again. */
    returned: 'returned',
    rating: 'rating',
    rated: 'rated',
    agentHeld: 'agentHeld',
  },
  /** Beginning of the `event-uuid` of our own executes: only those come back as CHANNEL_EXECUTE_COMPLETE. */
  executeTag: 'rh-',
} as const;

/** Prompts of the node, file name without `.wav` in the prompts directory; texts in gateway-config/prompts/prompts.json. */
export const PROMPTS = ['greeting', 'menu', 'invalid', 'queue', 'still-waiting', 'all-busy', 'rating', 'rating-thanks', 'blocked', 'transfer', 'closed', 'goodbye', 'billing', 'local-busy', 'beep'] as const;
export type PromptName = (typeof PROMPTS)[number];
