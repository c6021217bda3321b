using System.Text;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Testing;

/// <summary>
/// Writes the C# that a test file is compiled with: <c>Test</c>, and a plant with a member for every device, tag and sink of site.toml.
/// </summary>
internal static class TestSource
{
    /// <summary>Holds the book that takes the tests.</summary>
    public const string TestsClass = "Tests";

    /// <summary>
    /// Stands before the generated C#: optimised code jumps to what stands at the end of a function, and a failure there would have lost
    /// its line.
    /// </summary>
    public const string NotOptimised = "[assembly: System.Diagnostics.Debuggable(true, true)]\n";

    // Beyond it the tags of a device are no longer parameters of a method: ("name", value) says the same.
    private const int MostParameters = 1000;

    private static readonly HashSet<string> s_taken = new(StringComparer.Ordinal)
        { "Sinks", "Time", "StartAt", "Load", "Advance", "Run", "Reload", "Restart", "Replay", "ShouldFault", "TestPlant" };

    /// <summary>What a test may use without a <c>using</c>.</summary>
    public static readonly IReadOnlyList<string> Imports =
        [.. SiteSource.Imports, "PlantRuntime.Testing", "PlantRuntime.Testing.Checks", TestsClass];

    public static string Write(SiteModel site)
    {
        var text = new StringBuilder($$"""
            // Generated from site.toml.
            #nullable enable
            internal static class {{SiteSource.GuardClass}}
            {
                public static PlantRuntime.Recipes.Guard Guard = null!;
                public static void Check() => Guard.Check();
            }

            """);
        text.Append(SiteSource.SiteClass(site));
        text.AppendLine($$"""
            /// <summary>The tests of the file.</summary>
            internal static class {{TestsClass}}
            {
                public static PlantRuntime.Testing.TestBook Book = null!;
                /// <summary>A test: what it proves, in words, and how.</summary>
                public static void Test(
                    string name, System.Action<TestPlant> body, [System.Runtime.CompilerServices.CallerLineNumber] int line = 0) =>
                    Book.Add(name, line, simulation => body(new TestPlant(simulation)));
            }
            /// <summary>The simulated plant.</summary>
            public sealed class TestPlant(PlantRuntime.Testing.Simulation simulation) : PlantRuntime.Testing.SimulatedPlant(simulation)
            {
                /// <summary>Stand-ins for the sinks.</summary>
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
            /// <summary>Stand-ins for the sinks.</summary>
            public sealed class TestSinks(PlantRuntime.Testing.Simulation simulation)
            {
            """);
        foreach (var sink in site.Sinks)
        {
            text.AppendLine($$"""
                    /// <summary>{{SiteSource.Comment(sink.Sink)}}</summary>
                    public PlantRuntime.Testing.SimulatedSink @{{sink.Name}} { get; } = simulation.Sink({{SiteSource.Literal(sink.Name)}});
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
        var names = device.Tags.Select(t => SiteSource.Identifier(t.Name)).Select(n => taken.Add(n) ? $"@{n}" : "default").ToList();
        var isNamed = names.Count is > 0 and <= MostParameters;
        var parameters = string.Join(", ", names.Where(n => n != "default").Select(n => $"PlantRuntime.Testing.TagInput {n} = default"));
        var values = string.Join(", ", names);
        text.AppendLine($$"""
            /// <summary>Device {{device.Name}}, simulated.</summary>
            public sealed class {{device.Name}}_Device(PlantRuntime.Testing.Simulation simulation)
                : PlantRuntime.Testing.SimulatedDevice(simulation, {{SiteSource.Literal(device.Name)}})
            {
            """);
        if (isNamed)
        {
            text.AppendLine($$"""
                    /// <summary>A scan, now: tags that are not named hold what they held.</summary>
                    public void Scan({{parameters}}) { TakeAll([{{values}}]); ScanNow(); }
                    /// <summary>What tags hold from now on, without a scan.</summary>
                    public void Set({{parameters}}) => TakeAll([{{values}}]);
                """);
        }

        text.AppendLine("}");
    }

    private static string Member(string device) => s_taken.Contains(device) ? $"{device}_" : device;
}
