// SPDX-License-Identifier: GPL-2.0
/*
 * Listens to the kernel's log for what lockdep, KASAN, the DMA-API check and WARN()
 * have to say, which KUnit by itself does not take for a failure.  Floor 9; the fixture
 * asks before and after each test.
 *
 * A console sees every line that is printed.  It is registered at the first use and stays,
 * since the tests are built into the kernel.
 */

#include <linux/atomic.h>
#include <linux/console.h>
#include <linux/kernel.h>
#include <linux/once.h>
#include <linux/string.h>
#include "nftsw_kt_watch.h"

static atomic_t nftsw_kt_complaints;

static const char * const nftsw_kt_complaint_words[] = {
	"[ cut here ]",
	"BUG: ",
	"WARNING: ",
	"INFO: ",
};

static void nftsw_kt_watch_write(struct console *con, const char *text,
				 unsigned int len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nftsw_kt_complaint_words); i++) {
		if (strnstr(text, nftsw_kt_complaint_words[i], len)) {
			atomic_inc(&nftsw_kt_complaints);
			return;
		}
	}
}

static struct console nftsw_kt_watch_console = {
	.name = "nftswtest",
	.write = nftsw_kt_watch_write,
	.flags = CON_ENABLED | CON_ANYTIME,
	.index = -1,
};

static void nftsw_kt_watch_start(void)
{
	register_console(&nftsw_kt_watch_console);
}

/**
 * nftsw_kt_watch_count() - complaints that the kernel has printed
 *
 * Context: process.
 *
 * Return: their number, since the first call.
 */
u32 nftsw_kt_watch_count(void)
{
	DO_ONCE_SLEEPABLE(nftsw_kt_watch_start);
	return atomic_read(&nftsw_kt_complaints);
}
