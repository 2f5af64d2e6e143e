//! seccomp: which system calls may still be made.
//!
//! What is not listed fails with EPERM. To kill the process instead would tell an intruder no less, and would let a new
//! version of the C library, which tries calls of its own and can do without them, end a watch that ran for weeks.
//! Nothing that is not listed happens either way.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use super::{Allow, Missing, Resolver};

type Calls = BTreeMap<i64, Vec<SeccompRule>>;

/// To compute, to use what is open, to have threads.
const BASE: &[i64] = &[
    // Memory and time.
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    // What is open.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_ftruncate,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_close,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_pipe2,
    // Packet sockets and the addresses of interfaces: opened before, asked for counts and answers.
    libc::SYS_getsockopt,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    // Threads and signals to ourselves.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Who and where we are.
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getcwd,
    libc::SYS_uname,
    libc::SYS_sysinfo,
];

/// The same under the names that newer architectures have no more.
#[cfg(target_arch = "x86_64")]
const OLD: &[i64] = &[
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_epoll_wait,
    libc::SYS_time,
    libc::SYS_pipe,
    libc::SYS_stat,
    libc::SYS_lstat,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[i64] = &[];

/// To open files; Landlock says which.
const OPEN: &[i64] = &[
    libc::SYS_openat,
    libc::SYS_getdents64,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];

/// To change folders; Landlock says which.
const CHANGE: &[i64] = &[
    #[cfg(not(target_arch = "riscv64"))]
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_unlinkat,
    libc::SYS_fchmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
];

/// To ask for names, as the C library does.
const RESOLVE: &[i64] = &[
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_setsockopt,
    libc::SYS_shutdown,
    libc::SYS_recvmmsg,
    libc::SYS_fstatfs,
];

/// What writes to the file or socket that its first argument numbers, or gives that another number.
const WRITE: &[i64] = &[
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_sendto,
    libc::SYS_dup,
    libc::SYS_dup3,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_dup2,
];

/// The same, to ask for names. A message can carry what is open to another socket, where it arrives under a new number: nobody
/// else needs that.
const WRITE_TO_RESOLVE: &[i64] = &[libc::SYS_sendmsg, libc::SYS_sendmmsg];

/// What terminals are asked, that sockets and pipes do not block, and whether an interface is up. Not among them: to put
/// characters into a terminal's input (TIOCSTI).
const IOCTLS: &[u64] = &[
    0x5401,      // TCGETS
    0x5402,      // TCSETS
    0x5403,      // TCSETSW
    0x5404,      // TCSETSF
    0x5413,      // TIOCGWINSZ
    0x541b,      // FIONREAD
    0x5421,      // FIONBIO
    0x5451,      // FIOCLEX
    0x802c_542a, // TCGETS2
    0x402c_542b, // TCSETS2
    0x402c_542c, // TCSETSW2
    0x402c_542d, // TCSETSF2
    0x8913,      // SIOCGIFFLAGS
];

/// `prctl`: names of threads and of memory.
const PRCTLS: &[u64] = &[libc::PR_SET_NAME as u64, 0x5356_4d41];

/// Closes all system calls but those that `allow` needs; says why it could not.
pub(super) fn confine(allow: &Allow) -> Option<Missing> {
    install(allow).err().map(|why| Missing::Calls { why })
}

fn install(allow: &Allow) -> Result<(), String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)
        .ok()
        .ok_or_else(|| format!("nothing is known of {}", std::env::consts::ARCH))?;
    let listed = listed(allow).and_then(|calls| program(calls, SeccompAction::Allow, libc::EPERM, arch));
    let no_clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let no_clone3 = program(no_clone3, SeccompAction::Errno(libc::ENOSYS as u32), 0, arch);
    for program in [no_clone3, listed] {
        let program = program.map_err(|error| error.to_string())?;
        seccompiler::apply_filter_all_threads(&program).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// A program that does `matched` to the calls, and to others `errno`, or nothing if that is 0.
fn program(
    calls: Calls,
    matched: SeccompAction,
    errno: i32,
    arch: TargetArch,
) -> Result<BpfProgram, BackendError> {
    let others = u32::try_from(errno).ok().filter(|&errno| errno > 0);
    let others = others.map_or(SeccompAction::Allow, SeccompAction::Errno);
    SeccompFilter::new(calls, others, matched, arch)?.try_into()
}

fn listed(allow: &Allow) -> Result<Calls, BackendError> {
    let mut calls = Calls::new();
    let mut list = |numbers: &[i64]| calls.extend(numbers.iter().map(|&number| (number, Vec::new())));
    list(BASE);
    list(OLD);
    if allow.opens_files() {
        list(OPEN);
    }
    if !allow.write.is_empty() {
        list(CHANGE);
    }
    let asks = allow.resolver == Resolver::Asked;
    if asks {
        list(RESOLVE);
    }
    for &number in WRITE.iter().chain(WRITE_TO_RESOLVE.iter().filter(|_| asks)) {
        calls.insert(number, elsewhere(allow)?);
    }
    calls.insert(libc::SYS_fcntl, controls(allow)?);
    calls.extend([
        // Of two programs, the stricter counts, and the other one answers this call: what a pointer points to cannot be
        // checked. Told that there is no such call, the C library makes threads by `clone`, whose flags are numbers.
        (libc::SYS_clone3, Vec::new()),
        (libc::SYS_ioctl, IOCTLS.iter().map(|&it| rule(1, Is::Eq, it)).collect::<Result<_, _>>()?),
        (libc::SYS_prctl, PRCTLS.iter().map(|&it| rule(0, Is::Eq, it)).collect::<Result<_, _>>()?),
        // Limits may be read.
        (libc::SYS_prlimit64, vec![null(2)?]),
        // A panic that aborts.
        (libc::SYS_tgkill, vec![rule(0, Is::Eq, u64::from(std::process::id()))?]),
        (libc::SYS_clone, vec![thread()?]),
        (libc::SYS_mmap, vec![data_only(2, allow)?]),
        (libc::SYS_mprotect, vec![data_only(2, allow)?]),
        // How signals wake a terminal's reader; a network has no part in it.
        (libc::SYS_socketpair, vec![rule(0, Is::Eq, libc::AF_UNIX as u64)?]),
    ]);
    if asks {
        let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];
        let of = |family: &i32| rule(0, Is::Eq, u64::from(family.unsigned_abs()));
        calls.insert(libc::SYS_socket, families.iter().map(of).collect::<Result<_, _>>()?);
    }
    Ok(calls)
}

/// Anywhere but where something is only read from; without rules, everywhere.
fn elsewhere(allow: &Allow) -> Result<Vec<SeccompRule>, BackendError> {
    none_of(0, allow.only_read.iter().map(|descriptor| u64::from(descriptor.unsigned_abs())))
}

/// The same, or anything but to give it another number.
fn controls(allow: &Allow) -> Result<Vec<SeccompRule>, BackendError> {
    let mut rules = elsewhere(allow)?;
    if !rules.is_empty() {
        rules.extend(none_of(1, [libc::F_DUPFD as u64, libc::F_DUPFD_CLOEXEC as u64])?);
    }
    Ok(rules)
}

/// An argument that is none of these, of which nothing needs to be said where there are none.
fn none_of(argument: u8, values: impl IntoIterator<Item = u64>) -> Result<Vec<SeccompRule>, BackendError> {
    let differs = |value| SeccompCondition::new(argument, Len::Dword, Is::Ne, value);
    let conditions: Vec<_> = values.into_iter().map(differs).collect::<Result<_, _>>()?;
    if conditions.is_empty() { Ok(Vec::new()) } else { Ok(vec![SeccompRule::new(conditions)?]) }
}

/// Threads, and neither processes nor namespaces.
fn thread() -> Result<SeccompRule, BackendError> {
    let wanted = libc::CLONE_THREAD as u64;
    let unwanted = (libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWCGROUP) as u64;
    rule(0, Is::MaskedEq(wanted | unwanted), wanted)
}

/// Memory that is not run; the system's resolver, though, is in modules that are loaded when they are needed.
fn data_only(argument: u8, allow: &Allow) -> Result<SeccompRule, BackendError> {
    let run = if allow.resolver == Resolver::Asked { 0 } else { libc::PROT_EXEC as u64 };
    rule(argument, Is::MaskedEq(run), 0)
}

fn rule(argument: u8, is: Is, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, Len::Dword, is, value)?])
}

fn null(argument: u8) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, Len::Qword, Is::Eq, 0)?])
}
