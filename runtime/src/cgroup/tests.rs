use super::*;

const HYBRID: &str = "\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";
const UNIFIED: &str = "\
24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
";
const PART_FIRST: &str = "\
30 23 0:26 /a/b /mnt/some\\040part rw - cgroup2 cgroup2 rw
31 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
";

#[test]
fn a_hybrid_host_has_it_beside_the_controllers() {
    let found = Hierarchy::parse(HYBRID).unwrap();
    assert_eq!(found.mount, Path::new("/sys/fs/cgroup/unified"));
    assert_eq!(found.version_one, [Path::new("/sys/fs/cgroup/memory")]);
}

#[test]
fn a_unified_host_has_only_it() {
    let found = Hierarchy::parse(UNIFIED).unwrap();
    assert_eq!((found.mount.to_str(), found.version_one.len()), (Some("/sys/fs/cgroup"), 0));
}

#[test]
fn the_mount_of_the_whole_hierarchy_is_preferred() {
    assert_eq!(Hierarchy::parse(PART_FIRST).unwrap().mount, Path::new("/sys/fs/cgroup"));
    let part = PART_FIRST.lines().next().unwrap();
    let found = Hierarchy::parse(part).unwrap();
    assert_eq!(found.mount, Path::new("/mnt/some part"));
    assert_eq!(found.member_of("0::/a/b/c\n"), Path::new("/mnt/some part/c"));
    assert_eq!(found.member_of("0::/elsewhere\n"), Path::new("/mnt/some part"));
}

#[test]
fn without_version_two_the_error_says_how_to_mount_it() {
    let v1 = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
    for text in ["", "nonsense\n", v1] {
        let error = Hierarchy::parse(text).unwrap_err();
        assert!(error.to_string().contains("mount -t cgroup2"), "{error}");
    }
}

#[test]
fn the_own_cgroup_is_the_entry_of_hierarchy_0() {
    let found = Hierarchy::parse(HYBRID).unwrap();
    let text = "4:memory:/other\n0::/user.slice/session-1\n";
    assert_eq!(found.member_of(text), Path::new("/sys/fs/cgroup/unified/user.slice/session-1"));
    assert_eq!(found.member_of("0::/\n"), Path::new("/sys/fs/cgroup/unified"));
}

#[test]
fn what_is_no_cgroup_is_refused_with_the_way_to_one() {
    let Ok(hierarchy) = Hierarchy::find() else { return println!("skipped: no cgroup v2 here") };
    let error = resolve(&hierarchy, Path::new("/proc")).unwrap_err();
    assert!(matches!(error, CgroupError::NotCgroup { .. }), "{error}");
    let error = resolve(&hierarchy, Path::new("/nowhere/at/all")).unwrap_err();
    assert!(matches!(error, CgroupError::Missing { .. }), "{error}");
    let same = resolve(&hierarchy, &hierarchy.mount).unwrap();
    assert_eq!((same.path, same.note), (hierarchy.mount, None));
}

#[test]
fn on_a_hybrid_host_the_common_path_means_version_two() {
    let hierarchy = match Hierarchy::find() {
        Ok(found) if !found.version_one.is_empty() => found,
        _ => return println!("skipped: this host is not hybrid"),
    };
    let parent = hierarchy.mount.parent().unwrap();
    let found = resolve(&hierarchy, parent).unwrap();
    assert_eq!(found.path, hierarchy.mount);
    assert!(found.note.is_some());
    let error = resolve(&hierarchy, &hierarchy.version_one[0]).unwrap_err();
    assert!(error.to_string().contains(hierarchy.mount.to_str().unwrap()), "{error}");
}
