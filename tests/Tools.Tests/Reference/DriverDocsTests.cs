using System.Text.RegularExpressions;
using PlantRuntime.Contracts;

namespace PlantRuntime.Tools.Tests.Reference;

/// <summary>
/// docs/drivers.md shows the template of <c>plant new driver</c>, which a test builds and runs, and names types that exist.
/// </summary>
public sealed partial class DriverDocsTests
{
    private static readonly string s_page =
        File.ReadAllText(Path.Combine(RepoFolder.Root, "docs", "drivers.md")).ReplaceLineEndings("\n");

    [Fact]
    public void The_code_is_the_template()
    {
        var template = File.ReadAllText(Path.Combine(RepoFolder.Root, "scripts", "templates", "driver", "__Name__Plugin.cs"))
            .ReplaceLineEndings("\n").Replace("__Name__", "Chiller", StringComparison.Ordinal)
            .Replace("__name__", "chiller", StringComparison.Ordinal);
        var code = Assert.Single(Code().Matches(s_page));
        Assert.Equal(template.TrimEnd(), code.Groups[1].Value.TrimEnd());
    }

    [Fact]
    public void Each_interface_and_exception_is_one_of_the_contracts()
    {
        var types = typeof(IDriver).Assembly.GetExportedTypes().Select(t => t.Name.Split('`')[0]).ToHashSet();
        var named = Types().Matches(s_page).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(named.Remove(nameof(OperationCanceledException)));
        Assert.InRange(named.Count, 15, 40);
        Assert.Empty(named.Except(types));

        // Each capability of a driver has its row.
        var capabilities = typeof(IDriver).Assembly.GetExportedTypes()
            .Where(t => t.IsInterface && t != typeof(IDriver) && typeof(IDriver).IsAssignableFrom(t)).Select(t => t.Name);
        Assert.Empty(capabilities.Except(named));
    }

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("`(I[A-Z][A-Za-z]+|[A-Z][A-Za-z]+Exception)(?:\\.[A-Za-z]+)?`")]
    private static partial Regex Types();
}
