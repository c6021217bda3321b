using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Holds a recipe in memory, with the plan that its top level declared and the guard that stops its code. Owned by one RecipeVersion, or by
/// a BuildResult until it is applied.
/// </summary>
internal sealed record LoadedRecipe(RecipeAssembly Assembly, Plan Plan, ExecutionGuard Guard);

/// <summary>
/// Holds one version of a recipe in memory, running or kept for a rollback. Owned by one RecipeSlot, which calls its methods under its
/// gate. Immutable, apart from the objects that it holds.
/// </summary>
/// <param name="Number">Counts the versions of the recipe since the host started.</param>
/// <param name="Compiled">The files that it was loaded from.</param>
/// <param name="Loaded">Its code and its plan.</param>
/// <param name="Faults">Counts the exceptions of its lambdas.</param>
/// <param name="Runner">Its thread; a rollback gives the version a new one.</param>
internal sealed record RecipeVersion(int Number, CompiledRecipe Compiled, LoadedRecipe Loaded, FaultQuota Faults, RecipeRunner Runner)
{
    /// <summary>Ends the version before its next scan.</summary>
    /// <param name="drains">True when it first runs the scans that wait, because no other version can.</param>
    /// <param name="timeout">How long that may take; a version that takes longer is stopped.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the wait with an exception.</param>
    /// <returns>Its state; null when it did not end in time.</returns>
    public async Task<PlanState?> HaltAsync(bool drains, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        if (drains) Runner.Finish();
        else Runner.Halt();
        return await EndsAsync(timeout, time, cancel).ConfigureAwait(false) ? Loaded.Plan.Save() : null;
    }

    /// <summary>Waits for the end of a version after Finish or Halt, and stops it when it takes too long.</summary>
    public async Task<bool> EndsAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        await Runner.Ended.WaitAsync(timeout, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Runner.Ended.IsCompleted) return true;
        cancel.ThrowIfCancellationRequested();
        Runner.Stop("it did not end when it was told to");
        return false;
    }
}
