using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Cli;
using PlantRuntime.Recipes;

namespace PlantRuntime.Testing.Tests;

/// <summary>docs/operators.md describes every operator, and its examples work.</summary>
[Trait("Needs", "Process")]
public sealed partial class OperatorReferenceTests
{
    private static readonly string s_text =
        File.ReadAllText(Path.Combine(SiteFolder.Root, "docs", "operators.md")).ReplaceLineEndings("\n");

    private static readonly Dictionary<string, string> s_sections = s_text.Split("\n## ").Skip(1)
        .ToDictionary(s => s.Split('\n')[0], s => s.Split("\n# ")[0]);

    [Fact]
    public void Every_operator_has_a_section_and_every_section_an_operator()
    {
        var properties = new[] { nameof(SiteFlows.Alerts), nameof(SiteFlows.Health) };
        Assert.Equal(
            Operators().Select(m => m.Name).Concat(properties).Distinct().Order(StringComparer.Ordinal),
            s_sections.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_section_has_input_output_state_each_parameter_and_an_example_that_uses_the_operator()
    {
        foreach (var (name, text) in s_sections)
        {
            Assert.True(Facts().IsMatch(text), $"{name} has no line \"* Input: … Output: … State: …\"");
            Assert.Contains($".{name}", Assert.Single(Example().Matches(text)).Groups[1].Value, StringComparison.Ordinal);
        }

        foreach (var method in Operators())
        {
            foreach (var parameter in method.GetParameters().Where(IsNamed))
            {
                Assert.True(
                    Regex.IsMatch(s_sections[method.Name], $@"`[^`]*\b{parameter.Name}\b[^`]*`"),
                    $"the section {method.Name} does not mention its parameter `{parameter.Name}`");
            }
        }
    }

    [Fact]
    public async Task Every_example_passes_a_check_without_warnings()
    {
        using var site = new SiteFolder(Site().Match(s_text).Groups[1].Value);
        foreach (var (name, text) in s_sections) site.Write($"recipes/{name}.csx", Example().Match(text).Groups[1].Value);
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.True(exit == 0, output);
        Assert.Equal($"hall: 4 devices, 10 tags, 3 sinks, {s_sections.Count} recipes: all well", output.Trim());
    }

    [Fact]
    public void The_table_of_qualities_has_all_of_them()
    {
        var topics = HelpTopics.Load();
        Assert.Equal(Enum.GetValues<Quality>().Select(q => q.ToText()), topics.Qualities);
        foreach (var quality in Enum.GetValues<Quality>())
            Assert.Contains($"Quality.{quality} ", topics.Find(quality.ToText()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Deadband", 0, "Deadband\n\n`Deadband(tags, band)` passes")]
    [InlineData("anomaly", 0, "Plant.line.Scans.Anomaly(\"temp\"")]
    [InlineData("BAD_RANGE", 0, "outside the range in site.toml")]
    [InlineData("PARKED", 0, "PARKED: a log event, ")]
    [InlineData("Write", 0, "WRITE: a log event, ")]
    [InlineData("poll", 0, "poll: a key of site.toml, in [devices.NAME]\nduration, default \"1s\"\nexample: poll = \"1s\"\n\n")]
    [InlineData("devices.press.timeout", 0, "timeout: a key of site.toml, in [devices.NAME]\n")]
    [InlineData("devices.press.reconnect.max", 0, "reconnect.max: a key of site.toml, in [devices.NAME]\n")]
    [InlineData("devices.press.tags.speed.scale", 0, "scale: a key of site.toml, in [devices.NAME.tags]\nnumber\n")]
    [InlineData("sinks.broker.queue.max_age", 0, "queue.max_age: a key of site.toml, in [sinks.NAME]\nduration, default \"7d\"")]
    [InlineData("modbus.unit_id", 0, "unit_id: a key of site.toml, in [devices.NAME] with driver = \"modbus\"\nwhole number, 0 to 255")]
    [InlineData("modbus", 0, "\n  unit_id              whole number, 0 to 255, default 1 ")]
    [InlineData("MQTT", 0, "[sinks.NAME] with sink = \"mqtt\"\n\n")]
    [InlineData("jsnl", 1, "did you mean \"jsonl\"?")]
    [InlineData("limits.memory", 0, "memory: a key of site.toml, in [limits]\nsize\n")]
    [InlineData("deadband", 0, "deadband: a key of site.toml, in [devices.NAME] with driver = \"opcua\"")]
    [InlineData("devices.press.timout", 1, "nothing is called \"devices.press.timout\": did you mean \"timeout\"?")]
    [InlineData("limits.timeout", 1, "nothing is called \"limits.timeout\"")]
    [InlineData("Deadbnd", 1, "nothing is called \"Deadbnd\": did you mean \"Deadband\"?")]
    [InlineData("wraps", 0, "wraps: an argument of Increase; plant help Increase explains it")]
    [InlineData("clear", 0, "clear: an argument of Events, Alarm; plant help Events explains it")]
    [InlineData("after", 0, "after: an argument of Alarm; plant help Alarm explains it\n\nfaults[].after: a key of site.toml")]
    [InlineData("wrap", 1, "nothing is called \"wrap\": did you mean \"wraps\"?")]
    [InlineData("trace", 0, "trace: a command; plant trace --help shows how it is used")]
    [InlineData("Write", 0, "\nwrite: a command; plant write --help shows how it is used")]
    [InlineData("trase", 1, "nothing is called \"trase\": did you mean \"trace\"?")]
    [InlineData("xyzzy", 1, "nothing is called \"xyzzy\"; `plant help` lists all words")]
    [InlineData(null, 0, "Operators:\n  Only Where Select Merge Join")]
    public void Help_prints_the_section_of_a_word(string? word, int exitCode, string expected)
    {
        using var output = new StringWriter { NewLine = "\n" };
        Assert.Equal(exitCode, HelpCommand.Run(word, ["trace", "write"], output, output));
        Assert.Contains(expected, output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\n# ", output.ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<MethodInfo> Operators() =>
        new[]
            {
                typeof(ScanFlow), typeof(WindowFlow), typeof(Flow<>), typeof(PayloadFlow), typeof(NamedFlow), typeof(Device), typeof(Block),
                typeof(HealthSource), typeof(EventFlow),
            }
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => !m.IsSpecialName && m.GetBaseDefinition() == m);

    /// <summary>False for lambdas, lists of tags or sinks, and texts that the compiler sets.</summary>
    private static bool IsNamed(ParameterInfo parameter) =>
        !parameter.ParameterType.IsAssignableTo(typeof(Delegate))
            && parameter.GetCustomAttribute<CallerArgumentExpressionAttribute>() is null
            && parameter.GetCustomAttribute<ParamArrayAttribute>() is null && parameter.Member.DeclaringType != typeof(EventFlow);

    [GeneratedRegex(@"^\* Input: .+ Output: .+ State: .+$", RegexOptions.Multiline)]
    private static partial Regex Facts();

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"```toml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Site();
}
