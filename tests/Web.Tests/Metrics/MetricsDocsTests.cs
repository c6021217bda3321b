using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlantRuntime.Web.Metrics;

namespace PlantRuntime.Web.Tests.Metrics;

/// <summary>The descriptions of metrics, docs/metrics.md, and the rules and dashboard in docs/monitoring.</summary>
public sealed partial class MetricsDocsTests
{
    /// <summary>Set to 1 to write docs/metrics.md instead of comparing it.</summary>
    private const string Update = "UPDATE_METRICS_DOCS";

    private const string Marker = $"<!-- The tables are generated: run the tests of tests/Web.Tests with {Update}=1. -->\n";

    private static readonly string s_docs = Path.Combine(RepoFolder.Root, "docs");

    [Fact]
    public void Docs_metrics_md_has_each_metric()
    {
        var file = Path.Combine(s_docs, "metrics.md");
        var page = File.ReadAllText(file);
        var expected = page[..(page.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)] + Tables();
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllText(file, page = expected);
        Assert.True(page == expected, $"metrics changed: run this test once with {Update}=1 and review docs/metrics.md");
    }

    [Fact]
    public void Names_are_unique_and_follow_the_naming_rules_of_Prometheus()
    {
        var all = SiteMetrics.Groups.SelectMany(g => g.Metrics).ToList();
        Assert.Equal(all.Count, all.Select(m => m.Name).Distinct().Count());
        Assert.All(all, m => Assert.Matches("^[a-z][a-z0-9_]*$", m.Name));
        Assert.All(all, m => Assert.Equal(m.Kind == MetricKind.Counter, m.Name.EndsWith("_total", StringComparison.Ordinal)));
        Assert.All(all, m => Assert.Matches(@"^[A-Z0-9].*[^.]$", m.Help));
    }

    [Fact]
    public void Rules_and_dashboard_use_metrics_that_exist()
    {
        var known = SiteMetrics.Groups.SelectMany(g => g.Metrics).Select(m => m.Name).ToHashSet();
        var rules = File.ReadAllText(Path.Combine(s_docs, "monitoring", "plant.rules.yml"));
        var used = Name().Matches(rules + string.Join('\n', DashboardQueries())).Select(m => m.Value).Distinct().ToList();
        Assert.InRange(used.Count, 20, known.Count);
        Assert.Empty(used.Except(known));
    }

    /// <summary>The queries of the dashboard.</summary>
    internal static IEnumerable<string> DashboardQueries() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(s_docs, "monitoring", "plant-dashboard.json")))!["panels"]!.AsArray()
            .SelectMany(p => p!["targets"]!.AsArray()).Select(t => (string)t!["expr"]!);

    private static string Tables()
    {
        var text = new StringBuilder();
        foreach (var (title, metrics) in SiteMetrics.Groups)
        {
            text.Append(null, $"\n## {title}\n\n| metric | kind | labels | |\n|---|---|---|---|\n");
            foreach (var metric in metrics)
            {
                var labels = string.Join(' ', metric.Labels.Select(l => $"`{l}`"));
                text.Append(null, $"| `{metric.Name}` | {metric.Kind.ToString().ToLowerInvariant()} | {labels} | {metric.Help} |\n");
            }
        }

        return text.ToString();
    }

    [GeneratedRegex(@"\b(plant|process|dotnet)_[a-z_]+\b")]
    private static partial Regex Name();
}
