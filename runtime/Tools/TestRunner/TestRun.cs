using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Sites;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Runs the tests of a site, one after the other. Created by <c>plant test</c> for one run; one call at a time. Compiles through
/// <see cref="TestSite"/>, which it does not own; prints nothing.
/// </summary>
/// <param name="site">The site.</param>
/// <param name="limit">Time after which a test is stopped.</param>
internal sealed class TestRun(TestSite site, TimeSpan limit)
{
    /// <summary>Runs the tests whose name or file contains the filter's text; all tests without a filter.</summary>
    /// <param name="filter">Part of a test's name or of its file's.</param>
    /// <param name="ended">Called for each test as it ends, and for each file that cannot run.</param>
    /// <param name="cancel">Ends the run after the current test.</param>
    public async Task RunAsync(string? filter, Action<TestResult> ended, CancellationToken cancel)
    {
        foreach (var (file, problems) in await site.PrepareAsync(cancel).ConfigureAwait(false)) ended(Wrong(file, problems));
        foreach (var file in site.TestFiles)
        {
            var compiled = await site.CompileTestAsync(file, cancel).ConfigureAwait(false);
            if (compiled.Problems.Count > 0)
            {
                ended(Wrong(file, compiled.Problems));
                continue;
            }

            var tests = new TestFile(site, file, compiled, limit);
            var (names, failure) = await tests.ListAsync().ConfigureAwait(false);
            if (failure is not null)
            {
                ended(new TestResult(file, "its top level runs", TimeSpan.Zero, failure));
                continue;
            }

            if (names.Count == 0 && filter is null)
                ended(new TestResult(file, "it has tests", TimeSpan.Zero, $"{file}: there is no Test(…) in it"));
            foreach (var (index, name) in names.Index().Where(n => Has(file) || Has(n.Item)))
            {
                cancel.ThrowIfCancellationRequested();
                ended(await tests.RunAsync(index, name).ConfigureAwait(false));
            }
        }

        bool Has(string text) => filter is null || text.Contains(filter, StringComparison.OrdinalIgnoreCase);
    }

    private static TestResult Wrong(string file, IReadOnlyList<Problem> problems) =>
        new(file, "it compiles", TimeSpan.Zero, string.Join('\n', problems));
}
