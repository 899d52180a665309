import { ERRORS, type ErrorCode, type ErrorBody } from '@ronghu/contract';

/** An error a person sees: Chinese sentence, code, HTTP status. `cause` is for the log only. */
export class AppError extends Error {
  constructor(readonly code: ErrorCode, message?: string, readonly details?: ErrorBody['details'], cause?: unknown) {
    super(message ?? ERRORS[code][1], { cause });
  }
  get status(): number { return ERRORS[this.code][0]; }
}
