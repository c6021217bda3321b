using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Loads a compiled recipe: runs its top level to get its plan, and dry-runs the plan with invented scans, which finds recipes that ask a
/// scan for a missing tag before they run. Recipe code runs on a recipe thread and for a limited time only, never on the caller's thread.
/// Owned by one RecipeBuilder or test host; keeps no state between calls, so that several files can be loaded at once.
/// </summary>
/// <param name="site">The site.</param>
/// <param name="devices">Tags by device name.</param>
/// <param name="blocks">Tells which blocks can be read and written.</param>
/// <param name="time">Measures how long a recipe runs.</param>
/// <param name="planTime">The clock of the plans, when it is another one.</param>
/// <param name="status">Tells recipes about the host; null when none runs.</param>
/// <param name="whyNotAsked">Returns why a sink gives no answers, or null; without it every sink does.</param>
internal sealed class RecipeLoader(
    SiteModel site, IReadOnlyDictionary<string, IReadOnlyList<Tag>> devices, IBlockCheck blocks, TimeProvider time,
    TimeProvider? planTime = null, ISiteStatus? status = null, Func<string, string?>? whyNotAsked = null)
{
    private const int MaxAbandoned = 3;
    private readonly TimeProvider _planTime = planTime ?? time;

    /// <summary>Loads a recipe that is to run.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="compiled">The compiled recipe.</param>
    /// <param name="fault">Receives every exception of its lambdas while it runs.</param>
    /// <param name="problems">Receives the errors.</param>
    /// <param name="warnings">Receives the warnings of the plan.</param>
    /// <param name="cancel">Ends the wait for the recipe's code, which is stopped then.</param>
    /// <returns>Null when there are problems.</returns>
    public async Task<LoadedRecipe?> LoadAsync(
        string file, CompiledRecipe compiled, Action<Exception> fault, List<Problem> problems, List<Problem> warnings,
        CancellationToken cancel = default)
    {
        if (RecipeThread.CountAbandoned(file) is >= MaxAbandoned and var abandoned)
        {
            problems.Add(new Problem(new SourceLocation(file, 0, 0),
                $"{abandoned} threads that versions of it left behind still run: "
                + "it is taken when it is saved after they have ended, or when the host is restarted"));
            return null;
        }

        if (!await DryRunAsync(file, compiled, problems, cancel).ConfigureAwait(false)) return null;
        return await PlanAsync(file, compiled, fault, problems, warnings, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs the plan once with invented scans. Success is recorded as an empty file beside the cache entry, so that the same content is
    /// not dry-run again.
    /// </summary>
    private async Task<bool> DryRunAsync(string file, CompiledRecipe compiled, List<Problem> problems, CancellationToken cancel)
    {
        var mark = Path.ChangeExtension(compiled.AssemblyPath!, RecipeCache.DryRunExtension);
        if (File.Exists(mark)) return true;
        var unknown = new Dictionary<string, Problem>();
        var trial = await PlanAsync(file, compiled, Fault, problems, [], cancel).ConfigureAwait(false);
        if (trial is null) return false;
        foreach (var route in trial.Plan.Routes) route.Output = NoOutput.Instance;
        foreach (var write in trial.Plan.Writes) write.Output = NoOutput.Instance;
        foreach (var image in trial.Plan.Images) image.Output = NoOutput.Instance;
        var failure = await RunAsync(file, trial.Guard, "a trial scan", () => PushTrialScans(trial.Plan), cancel).ConfigureAwait(false);
        if (failure is not null && trial.Guard.Reason is not null)
            problems.Add(Explain(trial.Guard, failure));
        trial.Assembly.Unload();
        problems.AddRange(unknown.Values);
        if (problems.Count > 0) return false;
        await File.WriteAllBytesAsync(mark, []).ConfigureAwait(false);
        return true;

        void Fault(Exception exception)
        {
            // Only a missing tag is certainly a mistake; other exceptions may come from the invented values.
            if (exception is not UnknownTagException mistake) return;
            var problem = new Problem(RecipePosition.Of(exception, site.Folder, mistake.Tag), mistake.Message);
            unknown.TryAdd(problem.ToString(), problem);
        }
    }

    private async Task<LoadedRecipe?> PlanAsync(
        string file, CompiledRecipe compiled, Action<Exception> fault, List<Problem> problems, List<Problem> warnings,
        CancellationToken cancel)
    {
        var assembly = RecipeAssembly.Load(compiled);
        var guard = new ExecutionGuard(site.Limits.RecipeMemory.Bytes);
        var builder = new PlanBuilder(
            devices, _planTime, new GuardedOutputs(guard).Wrap(fault), blocks, (device, tag) => WriteRules.WhyRefused(site, device, tag),
            status, site.TimeZone, whyNotAsked);
        assembly.SetStatic(SiteCodeGenerator.PlanClass, "Builder", builder);
        assembly.SetStatic(SiteCodeGenerator.GuardClass, "Guard", guard);
        if (await RunAsync(file, guard, "its top level", assembly.Run, cancel).ConfigureAwait(false) is { } failure)
        {
            problems.Add(Explain(guard, failure));
            assembly.Unload();
            return null;
        }

        var plan = builder.Build();
        foreach (var problem in builder.Problems)
        {
            var at = RecipePosition.Of(problem.File, problem.Line, problem.Column, site.Folder, problem.Word);
            (problem.IsWarning ? warnings : problems).Add(new Problem(at, problem.Message));
        }

        if (problems.Count == 0) return new LoadedRecipe(assembly, plan, guard);
        assembly.Unload();
        return null;
    }

    private Problem Explain(ExecutionGuard guard, Exception exception)
    {
        var stop = exception is RecipeStoppedException ? exception.Message : guard.Reason;
        var what = stop is null ? $"{exception.GetType().Name}: {exception.Message}" : $"the recipe was stopped: {stop}";
        return new Problem(RecipePosition.Of(exception, site.Folder, word: null), what);
    }

    /// <summary>Runs recipe code on its own thread, which is abandoned when the code does not return.</summary>
    /// <returns>The exception that it threw, or null.</returns>
    private async Task<Exception?> RunAsync(string file, ExecutionGuard guard, string what, Action code, CancellationToken cancel)
    {
        Exception? thrown = null;
        var thread = new RecipeThread(file, guard, Guarded, exception => thrown = exception);
        thread.Start();
        try
        {
            await thread.Ended.WaitAsync(site.Limits.RecipeTime, time, cancel).ConfigureAwait(false);
            await Task.Yield();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            guard.Stop("the host ends");
            guard.Interrupt();
            throw;
        }
        catch (TimeoutException)
        {
            guard.Stop($"{what} ran for more than {site.Limits.RecipeTime.TotalSeconds:0.###} s");
            if (await thread.EndsAsync(time).ConfigureAwait(false) is { } abandoned)
                return new RecipeStoppedException($"{guard.Reason}, {abandoned}");
        }

        if (thrown is OutOfMemoryException) guard.StopOverMemory("it asked for more memory than the host may use");
        return thrown;

        void Guarded()
        {
            guard.Begin();
            code();
            guard.End();
        }
    }

    private void PushTrialScans(Plan plan)
    {
        plan.Start();
        foreach (var source in plan.Sources.Values.Concat(plan.Decodings.Select(d => d.Source)))
        {
            var (time, timestamp) = (_planTime.GetUtcNow().UtcDateTime, _planTime.GetTimestamp());
            source.Push(Node.CreateTrial(source.Schema, time, timestamp));

            // Also reaches the lambdas after operators that pass no first scan.
            source.Probe(Node.CreateTrial(source.Schema, time, timestamp));
        }

        // Saves and loads the state once, so that its code is jitted before scans wait for it at a swap.
        plan.Load(plan.Save());
    }

    /// <summary>Discards everything that a dry run sends, so that it reaches neither sinks nor devices.</summary>
    private sealed class NoOutput : IRecordOutput, IWriteOutput, IBlockOutput
    {
        public static readonly NoOutput Instance = new();

        public bool IsBlocked => false;

        public bool HasFailed => false;

        public void WhenStored(Action done) => done();

        public void Refuse(Value value, long timestamp, string reason)
        {
        }

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
        {
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
        {
        }

        public void Write(Value value, long timestamp)
        {
        }

        public void Write(ReadOnlySpan<byte> image, long timestamp)
        {
        }

        public void Skip(string tag, string why)
        {
        }
    }
}
