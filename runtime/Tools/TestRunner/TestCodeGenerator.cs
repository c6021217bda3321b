using System.Text;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Generates the C# that a test file is compiled with: <c>Test</c>, and a plant with a member for every device, tag and
/// sink of site.toml. Pure.
/// </summary>
internal static class TestCodeGenerator
{
    /// <summary>The class with the registry of the tests.</summary>
    public const string TestsClass = "Tests";

    /// <summary>
    /// Turns off optimisation in the generated C#: optimised code merges the ends of a function's branches, and a failure
    /// there has no line.
    /// </summary>
    public const string NotOptimised = "[assembly: System.Diagnostics.Debuggable(true, true)]\n";

    // A device with more tags has no method with a parameter per tag; tests write ("name", value).
    private const int MostParameters = 1000;

    private static readonly HashSet<string> s_taken = new(StringComparer.Ordinal)
    {
        "Sinks", "Time", "StartAt", "Load", "Advance", "Run", "Reload", "Restart", "Replay", "ShouldFault", "Alert",
        "AlertOver", "TestPlant",
    };

    /// <summary>Namespaces that a test may use without a <c>using</c>.</summary>
    public static readonly IReadOnlyList<string> Namespaces = [.. SiteCodeGenerator.Imports, "PlantRuntime.Testing"];

    /// <summary>Classes whose members a test may use without the class name.</summary>
    public static readonly IReadOnlyList<string> Classes = ["PlantRuntime.Testing.Checks", TestsClass];

    /// <summary>Namespaces and classes.</summary>
    public static readonly IReadOnlyList<string> Imports = [.. Namespaces, .. Classes];

    /// <summary>
    /// Writes the C# for a site. The same site always gives the same text, which is part of the key of the compiler's cache.
    /// </summary>
    public static string Write(SiteModel site)
    {
        var text = new StringBuilder(SiteCodeGenerator.Head(site, ""));
        text.AppendLine($$"""
            /// <summary>The tests of the file.</summary>
            internal static class {{TestsClass}}
            {
                public static PlantRuntime.Testing.TestRegistry Registry = null!;
                /// <summary>Declares a test.</summary>
                public static void Test(
                    string name, System.Action<TestPlant> body, [System.Runtime.CompilerServices.CallerLineNumber] int line = 0) =>
                    Registry.Add(name, line, simulation => body(new TestPlant(simulation)));
            }
            /// <summary>The simulated plant.</summary>
            public sealed class TestPlant(PlantRuntime.Testing.Simulation simulation) : PlantRuntime.Testing.SimulatedPlant(simulation)
            {
                /// <summary>The simulated sinks.</summary>
                public TestSinks Sinks { get; } = new(simulation);
            """);
        foreach (var device in site.Devices)
        {
            text.AppendLine($$"""
                    /// <summary>Device {{device.Name}}, {{device.Tags.Count}} tags.</summary>
                    public {{device.Name}}_Device @{{Member(device.Name)}} { get; } = new(simulation);
                """);
        }

        text.AppendLine("""
            }
            /// <summary>The simulated sinks.</summary>
            public sealed class TestSinks(PlantRuntime.Testing.Simulation simulation)
            {
            """);
        foreach (var sink in site.Sinks)
        {
            text.AppendLine($$"""
                    /// <summary>{{SiteCodeGenerator.Comment(sink.Sink)}}</summary>
                    public PlantRuntime.Testing.SimulatedSink @{{sink.Name}} { get; } = simulation.Sink({{SiteCodeGenerator.Literal(sink.Name)}});
                """);
        }

        text.AppendLine("}");
        foreach (var device in site.Devices) WriteDevice(text, device);
        return text.ToString();
    }

    private static void WriteDevice(StringBuilder text, DeviceModel device)
    {
        // Of two names that are one word of C#, the first has it; the other is reached as ("name", value).
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var names = device.Tags.Select(t => SiteCodeGenerator.Identifier(t.Name)).Select(n => taken.Add(n) ? $"@{n}" : "default").ToList();
        var isNamed = names.Count is > 0 and <= MostParameters;
        var parameters = string.Join(", ", names.Where(n => n != "default").Select(n => $"PlantRuntime.Testing.TagInput {n} = default"));
        var values = string.Join(", ", names);
        text.AppendLine($$"""
            /// <summary>Device {{device.Name}}, simulated.</summary>
            public sealed class {{device.Name}}_Device(PlantRuntime.Testing.Simulation simulation)
                : PlantRuntime.Testing.SimulatedDevice(simulation, {{SiteCodeGenerator.Literal(device.Name)}})
            {
            """);
        if (isNamed)
        {
            text.AppendLine($$"""
                    /// <summary>Delivers a scan now. Tags that are not named keep their values.</summary>
                    public void Scan({{parameters}}) { ApplyAll([{{values}}]); ScanNow(); }
                    /// <summary>Sets values of tags, without a scan.</summary>
                    public void Set({{parameters}}) => ApplyAll([{{values}}]);
                """);
        }

        text.AppendLine("}");
    }

    private static string Member(string device) => s_taken.Contains(device) ? $"{device}_" : device;
}
