using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Recipes;
using PlantRuntime.Sites;
using PlantRuntime.Testing;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Runs the tests of one compiled file. Each test runs in a new load of the file, so that tests share no variables. Created by
/// <see cref="TestRun"/>; one call at a time; the code of the file runs on a thread of its own (<see cref="TestThread"/>) and is stopped
/// after <paramref name="limit"/>. Does no I/O itself.
/// </summary>
internal sealed class TestFile(TestSite site, string file, CompiledRecipe compiled, TimeSpan limit)
{
    /// <summary>Runs the file's top level, which registers its tests.</summary>
    /// <returns>The names of the tests, and the failure of the top level, if any.</returns>
    public async Task<(IReadOnlyList<string> Names, string? Failure)> ListAsync()
    {
        var (registry, exception) = await WithRegistryAsync((_, _) => { }, _ => { }).ConfigureAwait(false);
        return ([.. registry.Tests.Select(t => t.Name)], exception is null ? null : Explain(exception));
    }

    /// <summary>Runs one test.</summary>
    public async Task<TestResult> RunAsync(int index, string name)
    {
        var virtualTime = new VirtualTime();
        var host = new SiteTestHost(site, virtualTime);
        var start = site.Time.GetTimestamp();
        var (_, exception) = await WithRegistryAsync(
            (registry, guard) =>
            {
                var simulation = new Simulation(host, virtualTime, guard);
                try
                {
                    registry.Tests[index].Body(simulation);
                }
                finally
                {
                    foreach (var recipe in simulation.Recipes) recipe.Unload();
                }
            },
            host.Stop).ConfigureAwait(false);
        return new TestResult(file, name, site.Time.GetElapsedTime(start), exception is null ? null : Explain(exception));
    }

    private async Task<(TestRegistry Registry, Exception? Exception)> WithRegistryAsync(Action<TestRegistry, ExecutionGuard> code,
        Action<string> stop)
    {
        var (registry, guard) = (new TestRegistry(), new ExecutionGuard());
        var assembly = RecipeAssembly.Load(compiled);
        assembly.SetStatic(TestCodeGenerator.TestsClass, "Registry", registry);
        assembly.SetStatic(SiteCodeGenerator.GuardClass, "Guard", guard);
        var exception = await TestThread.RunAsync(
            file,
            guard,
            () =>
            {
                assembly.Run();
                code(registry, guard);
            },
            limit,
            reason =>
            {
                guard.Stop(reason);
                stop(reason);
            },
            site.Time).ConfigureAwait(false);
        assembly.Unload();
        return (registry, exception);
    }

    private string Explain(Exception exception)
    {
        var at = RecipePosition.Of(exception, site.Model.Folder, word: null);
        var what = exception switch
        {
            TestFailedException or TimeoutException => exception.Message,
            RecipeStoppedException => $"stopped: {exception.Message}",
            OutOfMemoryException => "stopped: it asked for more memory than the host may use",
            _ => $"{exception.GetType().Name}: {exception.Message}",
        };

        // A failure in a recipe is shown with its location and the location in the test that led to it.
        var from = at.File == file ? null : RecipePosition.Outermost(exception, site.Model.Folder, file);
        return site.RestoreNames($"{(at.Line == 0 ? file : at)}: {what}{(from is null ? "" : $"\n  reached from {from}")}");
    }
}
