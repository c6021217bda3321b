using System.Text.RegularExpressions;
using PlantRuntime.Host.Cli;

namespace PlantRuntime.Testing.Tests;

/// <summary>A copy of a site that lies beside these tests, and <c>plant test</c> on it.</summary>
internal sealed partial class Bench : IDisposable
{
    public Bench(string site)
    {
        var from = Path.Combine(SiteFolder.Root, "tests", "Testing.Tests", "Sites", site);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Site.At(Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }
    }

    public SiteFolder Site { get; } = new();

    /// <summary>Runs the tests; in the output the times are out.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string? filter = null, string? junit = null, double limit = 10)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var exit = await TestCommand.RunAsync(Site.Path, filter, junit, TimeSpan.FromSeconds(limit), output, output, default);
        return (exit, Times().Replace(output.ToString(), ""));
    }

    public void Dispose() => Site.Dispose();

    [GeneratedRegex("  [0-9]+ ms$", RegexOptions.Multiline)]
    private static partial Regex Times();
}
