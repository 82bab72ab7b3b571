//! A header for libbpf: the object itself, and a struct of its maps, programs and variables
//! (`struct bpf_object_skeleton` of libbpf.h).

use bpfl_runtime::spec::ObjectSpec;

use super::{
    c,
    model::{Definition, Model},
};

/// What the skeleton is made of.
pub struct Skeleton<'s> {
    /// Its name, an identifier of C.
    pub name: &'s str,
    pub object: &'s [u8],
    pub spec: &'s ObjectSpec,
    /// The struct of each section of variables.
    pub sections: Vec<(&'s str, Definition)>,
}

/// A header.
pub fn write(model: &Model, of: &Skeleton<'_>) -> String {
    let types = c::write(model).replace("bpfl gen c", "bpfl gen bpf-skeleton");
    let sections: String = of.sections.iter().map(|(_, definition)| c::define(definition)).collect();
    let name = of.name;
    let mut out = format!(
        "{types}{sections}\n#include <errno.h>\n#include <stdlib.h>\n#include <bpf/libbpf.h>\n\n{}",
        structure(of)
    );
    out += &format!(
        "\nstatic inline void {name}__destroy(struct {name} *obj)\n{{\n\tif (!obj)\n\t\treturn;\n\tif (obj->skeleton)\n\
         \t\tbpf_object__destroy_skeleton(obj->skeleton);\n\tfree(obj);\n}}\n\n\
         static inline int {name}__create_skeleton(struct {name} *obj);\n\n\
         static inline struct {name} *{name}__open_opts(const struct bpf_object_open_opts *opts)\n{{\n\
         \tstruct {name} *obj = (struct {name} *)calloc(1, sizeof(*obj));\n\tint err;\n\n\tif (!obj) {{\n\
         \t\terrno = ENOMEM;\n\t\treturn NULL;\n\t}}\n\terr = {name}__create_skeleton(obj);\n\tif (!err)\n\
         \t\terr = bpf_object__open_skeleton(obj->skeleton, opts);\n\tif (err) {{\n\t\t{name}__destroy(obj);\n\
         \t\terrno = -err;\n\t\treturn NULL;\n\t}}\n\treturn obj;\n}}\n\n\
         static inline struct {name} *{name}__open(void)\n{{\n\treturn {name}__open_opts(NULL);\n}}\n\n\
         static inline int {name}__load(struct {name} *obj)\n{{\n\
         \treturn bpf_object__load_skeleton(obj->skeleton);\n}}\n\n\
         static inline struct {name} *{name}__open_and_load(void)\n{{\n\tstruct {name} *obj = {name}__open();\n\
         \tint err;\n\n\tif (!obj)\n\t\treturn NULL;\n\terr = {name}__load(obj);\n\tif (err) {{\n\
         \t\t{name}__destroy(obj);\n\t\terrno = -err;\n\t\treturn NULL;\n\t}}\n\treturn obj;\n}}\n\n\
         static inline int {name}__attach(struct {name} *obj)\n{{\n\
         \treturn bpf_object__attach_skeleton(obj->skeleton);\n}}\n\n\
         static inline void {name}__detach(struct {name} *obj)\n{{\n\
         \tbpf_object__detach_skeleton(obj->skeleton);\n}}\n"
    );
    out + &elf_bytes(of) + &create(of)
}

fn structure(of: &Skeleton<'_>) -> String {
    let list = |what: &str, kind: &str, names: &[String]| match names.is_empty() {
        true => String::new(),
        false => {
            let all: String = names.iter().map(|name| format!("\t\tstruct {kind} *{name};\n")).collect();
            format!("\tstruct {{\n{all}\t}} {what};\n")
        }
    };
    let (maps, programs) = (maps(of), programs(of));
    let name = of.name;
    let sections = of
        .sections
        .iter()
        .map(|(section, definition)| format!("\tstruct {} *{};\n", definition.name, identifier(section)));
    let sections: String = sections.collect();
    let lists = list("maps", "bpf_map", &maps)
        + &list("progs", "bpf_program", &programs)
        + &list("links", "bpf_link", &programs);
    format!(
        "struct {name} {{\n\tstruct bpf_object_skeleton *skeleton;\n\tstruct bpf_object *obj;\n{lists}{sections}}};\n"
    )
}

/// `bss` for `.bss`
pub fn identifier(section: &str) -> String {
    section.trim_start_matches('.').replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

fn maps(of: &Skeleton<'_>) -> Vec<String> {
    of.spec.maps.iter().map(|map| identifier(&map.name)).collect()
}

fn programs(of: &Skeleton<'_>) -> Vec<String> {
    of.spec.programs.iter().map(|program| program.name.clone()).collect()
}

/// The function that fills in what libbpf is to do.
fn create(of: &Skeleton<'_>) -> String {
    let name = of.name;
    let mut out = format!(
        "\nstatic inline int {name}__create_skeleton(struct {name} *obj)\n{{\n\tstruct bpf_object_skeleton *s;\n\n\
         \ts = (struct bpf_object_skeleton *)calloc(1, sizeof(*s));\n\tif (!s)\n\t\treturn -ENOMEM;\n\
         \tobj->skeleton = s;\n\ts->sz = sizeof(*s);\n\ts->name = \"{name}\";\n\ts->obj = &obj->obj;\n"
    );
    if !of.spec.maps.is_empty() {
        out += &format!(
            "\ts->map_cnt = {};\n\ts->map_skel_sz = sizeof(*s->maps);\n\ts->maps = (struct bpf_map_skeleton *)calloc(s->map_cnt, s->map_skel_sz);\n\tif (!s->maps)\n\
             \t\treturn -ENOMEM;\n",
            of.spec.maps.len()
        );
    }
    for (index, map) in of.spec.maps.iter().enumerate() {
        let own = identifier(&map.name);
        out += &format!(
            "\ts->maps[{index}].name = \"{}\";\n\ts->maps[{index}].map = &obj->maps.{own};\n",
            map.name
        );
        if of.sections.iter().any(|(section, _)| *section == map.name) {
            out += &format!("\ts->maps[{index}].mmaped = (void **)&obj->{own};\n");
        }
    }
    if !of.spec.programs.is_empty() {
        out += &format!(
            "\ts->prog_cnt = {};\n\ts->prog_skel_sz = sizeof(*s->progs);\n\
             \ts->progs = (struct bpf_prog_skeleton *)calloc(s->prog_cnt, s->prog_skel_sz);\n\tif (!s->progs)\n\
             \t\treturn -ENOMEM;\n",
            of.spec.programs.len()
        );
    }
    for (index, program) in programs(of).iter().enumerate() {
        out += &format!(
            "\ts->progs[{index}].name = \"{program}\";\n\ts->progs[{index}].prog = &obj->progs.{program};\n\
             \ts->progs[{index}].link = &obj->links.{program};\n"
        );
    }
    out + &format!("\ts->data = {name}__elf_bytes(&s->data_sz);\n\treturn 0;\n}}\n")
}

fn elf_bytes(of: &Skeleton<'_>) -> String {
    let line = |bytes: &[u8]| {
        let all: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
        format!("\n\t\t\"{all}\"")
    };
    let lines: String = of.object.chunks(20).map(line).collect();
    format!(
        "\nstatic inline const void *{}__elf_bytes(size_t *sz)\n{{\n\
         \tstatic const char data[] __attribute__((__aligned__(8))) ={lines};\n\n\t*sz = sizeof(data) - 1;\n\
         \treturn (const void *)data;\n}}\n",
        of.name
    )
}
