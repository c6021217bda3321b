using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Recipes;
using PlantRuntime.Testing;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Host.Testing;

/// <summary>
/// A compiled file of tests. Each test runs in a load of its own, so that no variable of the file goes from one to the next.
/// </summary>
internal sealed class TestFile(TestSite site, string file, CompiledRecipe compiled, TimeSpan limit)
{
    /// <summary>Runs the file's top level to learn its tests.</summary>
    /// <returns>The names, or what was thrown.</returns>
    public async Task<(IReadOnlyList<string> Names, string? Failure)> ListAsync()
    {
        var (book, exception) = await WithBookAsync((_, _) => { }, _ => { }).ConfigureAwait(false);
        return ([.. book.Tests.Select(t => t.Name)], exception is null ? null : Explain(exception));
    }

    /// <summary>Runs one test.</summary>
    public async Task<TestResult> RunAsync(int index, string name)
    {
        var virtualTime = new VirtualTime();
        var bed = new SiteTestBed(site, virtualTime);
        var start = site.Time.GetTimestamp();
        var (_, exception) = await WithBookAsync(
            (book, guard) =>
            {
                var simulation = new Simulation(bed, virtualTime, guard);
                try
                {
                    book.Tests[index].Body(simulation);
                }
                finally
                {
                    foreach (var recipe in simulation.Recipes) recipe.Unload();
                }
            },
            bed.Stop).ConfigureAwait(false);
        return new TestResult(file, name, site.Time.GetElapsedTime(start), exception is null ? null : Explain(exception));
    }

    private async Task<(TestBook Book, Exception? Exception)> WithBookAsync(Action<TestBook, Guard> code, Action<string> stop)
    {
        var (book, guard) = (new TestBook(), new Guard());
        var assembly = RecipeAssembly.Load(compiled);
        assembly.SetStatic(TestSource.TestsClass, "Book", book);
        assembly.SetStatic(SiteSource.GuardClass, "Guard", guard);
        var exception = await TestThread.RunAsync(
            file,
            guard,
            () =>
            {
                assembly.Run();
                code(book, guard);
            },
            limit,
            reason =>
            {
                guard.Stop(reason);
                stop(reason);
            },
            site.Time).ConfigureAwait(false);
        assembly.Unload();
        return (book, exception);
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

        // What a recipe did, the test had it do: both places are wanted.
        var from = at.File == file ? null : RecipePosition.Outermost(exception, site.Model.Folder, file);
        return site.Shown($"{(at.Line == 0 ? file : at)}: {what}{(from is null ? "" : $"\n  reached from {from}")}");
    }
}
