//! Registers for virtual registers, through `regalloc2`.
//!
//! r0 to r5 do not survive calls; r6 to r9 do, and cost nothing to use, for the kernel saves them
//! in every program. r10 is the frame's address and is not allocated.

use regalloc2::{
    Algorithm, Allocation, Block, Edit, Function, Inst, InstOrEdit, InstRange, MachineEnv, Operand, Output,
    PReg, PRegSet, RegClass, RegallocOptions, VReg,
};

use super::machine::{self, Code};

/// The machine's register `number`.
pub const fn reg(number: usize) -> PReg {
    PReg::new(number, RegClass::Int)
}

/// What a call leaves in no defined state, but for its result in r0.
pub const CALL_CLOBBERS: PRegSet =
    PRegSet::empty().with(reg(1)).with(reg(2)).with(reg(3)).with(reg(4)).with(reg(5));

/// Where everything is.
pub struct Allocated {
    output: Output,
}

/// One step of an allocated block.
pub enum Step {
    /// An instruction with its operands' registers.
    Inst(usize),
    /// A move between registers and spill slots.
    Move(Allocation, Allocation),
}

impl Allocated {
    /// How many 8-byte slots the spilled values take.
    pub fn spill_slots(&self) -> u32 {
        self.output.num_spillslots as u32
    }

    /// What a block does, moves included.
    pub fn steps(&self, code: &Code, block: usize) -> impl Iterator<Item = Step> {
        self.output.block_insts_and_edits(code, Block::new(block)).map(|step| match step {
            InstOrEdit::Inst(inst) => Step::Inst(inst.index()),
            InstOrEdit::Edit(Edit::Move { from, to }) => Step::Move(*from, *to),
        })
    }

    /// The register of an instruction's operand. Every operand is constrained to a register.
    pub fn operand(&self, inst: usize, operand: usize) -> u8 {
        let allocation = self.output.inst_allocs(Inst::new(inst)).get(operand);
        allocation.and_then(|a| a.as_reg()).map_or(0, |reg| reg.hw_enc() as u8)
    }
}

/// Allocates registers. The error is for the compiler's own developers.
pub fn allocate(code: &Code) -> Result<Allocated, String> {
    let options = RegallocOptions {
        verbose_log: false,
        validate_ssa: cfg!(debug_assertions),
        algorithm: Algorithm::Ion,
    };
    let output = regalloc2::run(code, &environment(), &options).map_err(|error| format!("{error:?}"))?;
    #[cfg(debug_assertions)]
    check(code, &output)?;
    Ok(Allocated { output })
}

/// The independent checker that comes with `regalloc2`: follows every value along every path.
#[cfg(debug_assertions)]
fn check(code: &Code, output: &Output) -> Result<(), String> {
    let env = environment();
    let mut checker = regalloc2::checker::Checker::new(code, &env);
    checker.prepare(output);
    checker.run().map_err(|errors| format!("{errors:?}"))
}

fn environment() -> MachineEnv {
    let set = |numbers: std::ops::RangeInclusive<usize>| {
        numbers.fold(PRegSet::empty(), |set, number| set.with(reg(number)))
    };
    let none = PRegSet::empty();
    MachineEnv {
        preferred_regs_by_class: [set(0..=5), none, none],
        non_preferred_regs_by_class: [set(6..=9), none, none],
        scratch_by_class: [None; 3],
        fixed_stack_slots: Vec::new(),
    }
}

impl Function for Code {
    fn num_insts(&self) -> usize {
        self.insts.len()
    }

    fn num_blocks(&self) -> usize {
        self.blocks.len()
    }

    fn entry_block(&self) -> Block {
        Block::new(0)
    }

    fn block_insns(&self, block: Block) -> InstRange {
        let block = &self.blocks[block.index()];
        InstRange::new(Inst::new(block.first), Inst::new(block.end))
    }

    fn block_succs(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].succs
    }

    fn block_preds(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].preds
    }

    fn block_params(&self, block: Block) -> &[VReg] {
        &self.blocks[block.index()].params
    }

    fn is_ret(&self, inst: Inst) -> bool {
        self.insts[inst.index()] == machine::Inst::Return
    }

    fn is_branch(&self, inst: Inst) -> bool {
        matches!(self.insts[inst.index()], machine::Inst::Jump | machine::Inst::Branch(..))
    }

    fn branch_blockparams(&self, block: Block, _: Inst, successor: usize) -> &[VReg] {
        &self.blocks[block.index()].args[successor]
    }

    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        self.operands(inst.index())
    }

    fn inst_clobbers(&self, inst: Inst) -> PRegSet {
        self.clobbers(inst.index())
    }

    fn num_vregs(&self) -> usize {
        self.vregs
    }

    fn spillslot_size(&self, _: RegClass) -> usize {
        1
    }
}
