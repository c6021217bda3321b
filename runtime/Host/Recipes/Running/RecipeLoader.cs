using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices.Writing;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Sites;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// Runs a compiled recipe's top level to get its plan, on a thread and for a time of its own, and tries the plan with made-up scans: a
/// recipe that asks a scan for a tag that is not there is found before it runs.
/// </summary>
/// <param name="site">The site.</param>
/// <param name="devices">Tags by device name.</param>
/// <param name="blocks">Knows which blocks can be read and written.</param>
/// <param name="time">Says when a recipe has run for too long.</param>
/// <param name="planTime">The clock that plans live by, when it is another one.</param>
internal sealed class RecipeLoader(
    SiteModel site, IReadOnlyDictionary<string, IReadOnlyList<Tag>> devices, IBlockCheck blocks, TimeProvider time, TimeProvider? planTime = null)
{
    private const int MostLeft = 3;
    private readonly TimeProvider _planTime = planTime ?? time;

    /// <summary>Loads a recipe for good.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="compiled">The compiled recipe.</param>
    /// <param name="fault">Told of every exception of its lambdas, as long as it runs.</param>
    /// <param name="problems">Gets what is wrong; warnings of the plan go to <paramref name="warnings"/>.</param>
    /// <param name="warnings">Gets what may be wrong.</param>
    /// <returns>Null when there are problems.</returns>
    public async Task<LoadedRecipe?> LoadAsync(
        string file, CompiledRecipe compiled, Action<Exception> fault, List<Problem> problems, List<Problem> warnings)
    {
        if (RecipeThread.LeftBy(file) is >= MostLeft and var left)
        {
            problems.Add(new Problem(new Position(file, 0, 0),
                $"{left} threads that versions of it left behind still run: "
                + "it is taken when it is saved after they have ended, or when the host is restarted"));
            return null;
        }

        if (!await TryOutAsync(file, compiled, problems).ConfigureAwait(false)) return null;
        return await PlanAsync(file, compiled, fault, problems, warnings).ConfigureAwait(false);
    }

    /// <summary>What passed once is not tried again: the same content, site.toml and tools have the same cache entry.</summary>
    private async Task<bool> TryOutAsync(string file, CompiledRecipe compiled, List<Problem> problems)
    {
        var mark = Path.ChangeExtension(compiled.AssemblyPath!, RecipeCache.TriedExtension);
        if (File.Exists(mark)) return true;
        var unknown = new Dictionary<string, Problem>();
        var trial = await PlanAsync(file, compiled, Fault, problems, []).ConfigureAwait(false);
        if (trial is null) return false;
        foreach (var route in trial.Plan.Routes) route.Output = NoOutput.Instance;
        foreach (var write in trial.Plan.Writes) write.Output = NoOutput.Instance;
        foreach (var image in trial.Plan.Images) image.Output = NoOutput.Instance;
        var failure = await RunAsync(file, trial.Guard, "a trial scan", () => Probe(trial.Plan)).ConfigureAwait(false);
        if (failure is not null && trial.Guard.Reason is not null)
            problems.Add(Explain(trial.Guard, failure));
        trial.Assembly.Unload();
        problems.AddRange(unknown.Values);
        if (problems.Count > 0) return false;
        await File.WriteAllBytesAsync(mark, []).ConfigureAwait(false);
        return true;

        void Fault(Exception exception)
        {
            // Only this one is surely a mistake: anything else may come from the made-up values.
            if (exception is not UnknownTagException mistake) return;
            var problem = new Problem(RecipePosition.Of(exception, site.Folder, mistake.Tag), mistake.Message);
            unknown.TryAdd(problem.ToString(), problem);
        }
    }

    private async Task<LoadedRecipe?> PlanAsync(
        string file, CompiledRecipe compiled, Action<Exception> fault, List<Problem> problems, List<Problem> warnings)
    {
        var assembly = RecipeAssembly.Load(compiled);
        var guard = new Guard(site.Limits.RecipeMemory.Bytes);
        var builder = new PlanBuilder(
            devices, _planTime, new HostSide(guard).Of(fault), blocks, (device, tag) => WriteRules.Objection(site, device, tag));
        assembly.SetStatic(SiteSource.PlanClass, "Builder", builder);
        assembly.SetStatic(SiteSource.GuardClass, "Guard", guard);
        if (await RunAsync(file, guard, "its top level", assembly.Run).ConfigureAwait(false) is { } failure)
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

    private Problem Explain(Guard guard, Exception exception)
    {
        var stop = exception is RecipeStoppedException ? exception.Message : guard.Reason;
        var what = stop is null ? $"{exception.GetType().Name}: {exception.Message}" : $"the recipe was stopped: {stop}";
        return new Problem(RecipePosition.Of(exception, site.Folder, word: null), what);
    }

    /// <summary>Runs recipe code on a thread of its own, so that what does not come back can be left behind.</summary>
    /// <returns>What it threw, or null.</returns>
    private async Task<Exception?> RunAsync(string file, Guard guard, string what, Action code)
    {
        Exception? thrown = null;
        var thread = new RecipeThread(file, guard, Guarded, exception => thrown = exception);
        thread.Start();
        try
        {
            await thread.Ended.WaitAsync(site.Limits.RecipeTime, time).ConfigureAwait(false);
            await Task.Yield();
        }
        catch (TimeoutException)
        {
            guard.Stop($"{what} ran for more than {site.Limits.RecipeTime.TotalSeconds:0.###} s");
            if (await thread.EndsAsync(time).ConfigureAwait(false) is { } left) return new RecipeStoppedException($"{guard.Reason}, {left}");
        }

        if (thrown is OutOfMemoryException) guard.StopGreedy("it asked for more memory than the host may use");
        return thrown;

        void Guarded()
        {
            guard.Begin();
            code();
            guard.End();
        }
    }

    private void Probe(Plan plan)
    {
        plan.Start();
        foreach (var source in plan.Sources.Values.Concat(plan.Decodings.Select(d => d.Source)))
        {
            var scan = new Scan(source.Schema) { Number = 1, Time = _planTime.GetUtcNow().UtcDateTime, Timestamp = _planTime.GetTimestamp() };
            scan.Fill([.. source.Schema.Tags.Select(tag => new Sample { Tag = tag, Value = 0.0, Time = scan.Time })]);
            source.Push(scan);
        }

        // At a swap scans wait for this: its code is compiled here, before that counts.
        plan.Load(plan.Save());
    }

    private sealed class NoOutput : IRecordOutput, IWriteOutput, IImageOutput
    {
        public static readonly NoOutput Instance = new();

        public bool IsBlocked => false;

        public void WhenStored(Action done) => done();

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
