/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * TAP for the model's tests: one line per test, the plan at the end.  A failed check
 * inside a test prints where it was, and makes the test's line "not ok".
 */
#ifndef NFM_TEST_TAP_H
#define NFM_TEST_TAP_H

#include <stdbool.h>
#include <stdio.h>

static unsigned int tap_count;
static unsigned int tap_bad;
static unsigned int tap_checks_bad;

/* Check inside a test; evaluates to the condition. */
#define CHECK(cond) tap_check(!!(cond), #cond, __FILE__, __LINE__)

/* Two numbers are equal. */
#define CHECK_EQ(a, b) \
	tap_check_eq((unsigned long long)(a), (unsigned long long)(b), #a " == " #b, \
		     __FILE__, __LINE__)

static inline bool tap_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok && ++tap_checks_bad <= 20)
		printf("# %s:%d: %s\n", file, line, what);
	return ok;
}

static inline bool tap_check_eq(unsigned long long a, unsigned long long b, const char *what,
				const char *file, int line)
{
	if (a != b && ++tap_checks_bad <= 20)
		printf("# %s:%d: %s: %llu (%#llx), %llu (%#llx)\n", file, line, what, a, a, b, b);
	return a == b;
}

/* End of a test: its line, by the checks since the last one. */
static inline void tap_result(const char *area, const char *sentence)
{
	printf("%sok %u - %s: %s\n", tap_checks_bad ? "not " : "", ++tap_count, area, sentence);
	tap_bad += !!tap_checks_bad;
	tap_checks_bad = 0;
	fflush(stdout);
}

/* End of the program: the plan and the exit status. */
static inline int tap_done(void)
{
	printf("1..%u\n", tap_count);
	return tap_bad ? 1 : 0;
}

#endif /* NFM_TEST_TAP_H */
