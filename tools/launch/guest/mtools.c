// SPDX-License-Identifier: GPL-2.0
/*
 * msend and mreceive, as far as upstream's net/forwarding suite calls them; the package
 * that it names (github.com/troglobit/mtools) is not in Debian.  One program, which acts
 * by its name: mreceive joins a group and takes what comes, msend sends to one.
 *
 *   mreceive -g GROUP -I INTERFACE
 *   msend -g GROUP -I INTERFACE [-c COUNT]
 *   msend -v
 */
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORT	4444

struct group {
	int fd;
	int level;			/* of socket options: IPPROTO_IP or IPPROTO_IPV6 */
	struct sockaddr_storage addr;
	socklen_t len;
};

static void group_open(struct group *g, const char *name)
{
	struct sockaddr_in6 *in6 = (void *)&g->addr;
	struct sockaddr_in *in = (void *)&g->addr;

	if (inet_pton(AF_INET, name, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(PORT);
		g->len = sizeof(*in);
		g->level = IPPROTO_IP;
	} else if (inet_pton(AF_INET6, name, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(PORT);
		g->len = sizeof(*in6);
		g->level = IPPROTO_IPV6;
	} else {
		errx(1, "not an address: %s", name);
	}
	g->fd = socket(g->addr.ss_family, SOCK_DGRAM, 0);
	if (g->fd < 0)
		err(1, "socket");
}

static int receive(struct group *g, unsigned int index)
{
	struct group_req req = { .gr_interface = index };
	char buf[2048];

	memcpy(&req.gr_group, &g->addr, g->len);
	if (bind(g->fd, (void *)&g->addr, g->len))
		err(1, "bind");
	if (setsockopt(g->fd, g->level, MCAST_JOIN_GROUP, &req, sizeof(req)))
		err(1, "join");
	while (recv(g->fd, buf, sizeof(buf), 0) >= 0)
		;
	return 1;
}

static int transmit(struct group *g, unsigned int index, const char *dev, int count)
{
	struct ip_mreqn mreq = { .imr_ifindex = index };
	int rc;

	if (setsockopt(g->fd, SOL_SOCKET, SO_BINDTODEVICE, dev, strlen(dev)))
		err(1, "bind to %s", dev);
	if (g->level == IPPROTO_IP)
		rc = setsockopt(g->fd, g->level, IP_MULTICAST_IF, &mreq, sizeof(mreq));
	else
		rc = setsockopt(g->fd, g->level, IPV6_MULTICAST_IF, &index, sizeof(index));
	if (rc)
		err(1, "multicast interface");
	for (; count > 0; count--) {
		if (sendto(g->fd, "nftsw", 6, 0, (void *)&g->addr, g->len) < 0)
			err(1, "send");
		if (count > 1)
			usleep(100000);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *group = "225.1.2.3", *dev = NULL, *name = strrchr(argv[0], '/');
	struct group g = { 0 };
	unsigned int index;
	int c, count = 1;

	name = name ? name + 1 : argv[0];
	while ((c = getopt(argc, argv, "g:I:c:v")) != -1) {
		switch (c) {
		case 'g':
			group = optarg;
			break;
		case 'I':
			dev = optarg;
			break;
		case 'c':
			count = atoi(optarg);
			break;
		case 'v':
			printf("%s version 3.1\n", name);
			return 0;
		default:
			return 1;
		}
	}
	index = dev ? if_nametoindex(dev) : 0;
	if (!index)
		errx(1, "which interface? -I");
	group_open(&g, group);
	if (strcmp(name, "mreceive") == 0)
		return receive(&g, index);
	return transmit(&g, index, dev, count);
}
