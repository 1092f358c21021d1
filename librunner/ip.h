/*
 * ip: IPv4 and IPv6 addresses and networks as values.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define IP_TEXT_MAX 64

typedef struct Ip {
	int family; /* AF_INET or AF_INET6; AF_UNSPEC: none */
	uint8_t bytes[16]; /* network order, from the front */
} Ip;

/* An address with a prefix length; it may have bits behind the prefix. */
typedef struct IpNet {
	Ip ip;
	unsigned prefix;
} IpNet;

/* As inet_pton(3); 0 or -EINVAL. */
int ip_parse(const char *text, Ip *ret);
/* "ADDRESS/PREFIX"; 0 or -EINVAL. */
int ipnet_parse(const char *text, IpNet *ret);
/* Caller frees. */
char *ip_text(const Ip *ip);
char *ipnet_text(const IpNet *net);

/* Below, equal or above zero; of different families never zero. */
int ip_compare(const Ip *a, const Ip *b);
/* 32 or 128. */
unsigned ip_bits(const Ip *ip);
/* The address `n` further on; at the end of all addresses it wraps. */
Ip ip_add(const Ip *ip, uint64_t n);

/* The first and the last address of a network. */
Ip ipnet_first(const IpNet *net);
Ip ipnet_last(const IpNet *net);
bool ipnet_contains(const IpNet *net, const Ip *ip);
bool ipnet_overlap(const IpNet *a, const IpNet *b);
