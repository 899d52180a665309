export { startSimulator, type Simulator, type SimulatorOptions } from './simulator';
export { loadConfiguration, readConfiguration, type Configuration } from './configuration';
export { type Phone, type PhoneBehaviour, type PhoneState } from './phones';
export { type Core } from './core';
export { type Leg } from './leg';
