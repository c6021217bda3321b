using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Host.Cli;

namespace PlantRuntime.Testing.Tests;

/// <summary>A copy of a site in the folder <c>Sites</c>, and <c>plant test</c> on it.</summary>
internal sealed partial class SiteFixture : IDisposable
{
    public SiteFixture(string site)
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

    /// <summary>Runs the tests; the times are removed from the output.</summary>
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
