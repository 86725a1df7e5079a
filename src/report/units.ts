const steps = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes as a person reads them, decimal as disks and registries are sold: `765 MB`. */
export function humanBytes(bytes: number): string {
	let value = bytes;
	let step = 0;
	while (value >= 999.5 && step < steps.length - 1) {
		value /= 1000;
		step += 1;
	}
	return `${step === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${steps[step]}`;
}

/** Seconds as a person reads them: `0.4 s`, `2 min 5 s`. */
export function humanSeconds(seconds: number): string {
	if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
