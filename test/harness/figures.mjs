/** The value that `share` (0 to 1) of the values do not exceed; NaN of none. */
export const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN;
