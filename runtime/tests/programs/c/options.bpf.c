// Options of the kernel's configuration, as libbpf offers them.
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#ifdef NARROW
extern unsigned char LINUX_KERNEL_VERSION __kconfig;
#else
extern int LINUX_KERNEL_VERSION __kconfig;
#endif
extern _Bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_NET __kconfig;
extern char CONFIG_BPF __kconfig;
extern unsigned int CONFIG_HZ __kconfig;
extern char CONFIG_CC_VERSION_TEXT[64] __kconfig;
extern int CONFIG_THERE_IS_NONE __kconfig __weak;
extern _Bool LINUX_HAS_BPF_COOKIE __kconfig __weak;
extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;
#ifdef STRONG
extern int CONFIG_NOR_IS_THIS __kconfig;
#endif
__u64 version, hz, truths;
char text[8];

SEC("tc")
int look(struct __sk_buff *skb)
{
	version = LINUX_KERNEL_VERSION;
	hz = CONFIG_HZ;
	truths = CONFIG_BPF_SYSCALL | (CONFIG_NET == TRI_YES) << 1 | (CONFIG_BPF == 'y') << 2 |
		 (CONFIG_THERE_IS_NONE == 0) << 3 | (__u64)LINUX_HAS_BPF_COOKIE << 4 |
		 (__u64)LINUX_HAS_SYSCALL_WRAPPER << 5;
	for (int i = 0; i < 7; i++)
		text[i] = CONFIG_CC_VERSION_TEXT[i];
#ifdef STRONG
	hz += CONFIG_NOR_IS_THIS;
#endif
	return 7;
}
