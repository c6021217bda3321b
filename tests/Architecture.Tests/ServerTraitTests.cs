namespace PlantRuntime.Architecture.Tests;

/// <summary>
/// Tests that start a server or client of others have the trait <c>Needs=Server</c>, on their class or on the method, so that
/// <c>dotnet test --filter "Needs!=Server"</c> needs none of them.
/// </summary>
public class ServerTraitTests
{
    private static readonly string[] s_starts = ["System.Diagnostics.Process::Start", "Microsoft.Playwright.IBrowserType::LaunchAsync"];

    /// <summary>
    /// Methods that start programs which every machine with the SDK has: this product, the SDK, <c>kill</c>, <c>mount</c>, <c>mkfifo</c>,
    /// <c>prlimit</c>, <c>chown</c>, <c>script</c>, <c>bash</c>.
    /// </summary>
    private static readonly string[] s_everywhere =
    [
        "PlantRuntime.Conformance.Host.PlantProcess::", "PlantRuntime.Conformance.Host.SharedCompiler::",
        "PlantRuntime.EndToEnd.Tests.PluginTests::BuildAsync",
        "PlantRuntime.Editors.Tests.Testing.Editor::RestoreAsync",
        "PlantRuntime.Compiler.Tests.RecipeCompilerTests::Signal", "PlantRuntime.Conformance.Host.SmallMount::Run",
        "PlantRuntime.Engine.Tests.UnixFiles::", "PlantRuntime.EndToEnd.Tests.SmallRoomTests::",
        "PlantRuntime.EndToEnd.Tests.StartScriptTests::",
        "PlantRuntime.Faults.Host.SystemTool::",
    ];

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Path.Combine(Built.Root, "tests"), "*.Tests").Select(d => Path.GetFileName(d)!)
            .Order(StringComparer.Ordinal)];

    [SkippableTheory]
    [MemberData(nameof(Projects))]
    public void A_test_that_starts_a_server_has_the_trait_and_no_other_class_has(string project)
    {
        var folder = Path.Combine(Built.Root, "tests", project, "bin",
            Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)));
        string[] assemblies = [$"PlantRuntime.{project}.dll", "PlantRuntime.Conformance.dll", "PlantRuntime.Faults.dll"];
        Skip.IfNot(File.Exists(Path.Combine(folder, assemblies[0])), $"tests/{project} is not built: dotnet build PlantRuntime.sln");
        var graph = new CallGraph(assemblies.Select(a => Path.Combine(folder, a)).Where(File.Exists));
        var wrong = new List<string>();
        foreach (var type in graph.Classes.Values.Where(c => !c.IsAbstract
            && c.Name.StartsWith($"PlantRuntime.{project}.", StringComparison.Ordinal)))
        {
            var lineage = Lineage(graph, type).ToList();
            var tests = lineage.SelectMany(c => c.Methods.Where(m => m.IsTest).Select(m => (Class: c, Method: m))).ToList();
            if (tests.Count == 0) continue;
            var isMarked = lineage.Exists(c => c.HasTrait);
            var setup = Setup(graph, lineage).ToList();
            var needing = tests.Where(t => StartsServer(graph, [.. setup, $"{t.Class.Name}::{t.Method.Name}"])).ToList();
            wrong.AddRange(needing.Where(t => !isMarked && !t.Method.HasTrait)
                .Select(t => $"{type.Name}.{t.Method.Name} lacks [Trait(\"Needs\", \"Server\")]"));
            if (isMarked && needing.Count == 0) wrong.Add($"{type.Name} starts no server: remove [Trait(\"Needs\", \"Server\")]");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static bool StartsServer(CallGraph graph, IEnumerable<string> methods) =>
        graph.Reach(methods, m => Array.Exists(s_everywhere, e => m.StartsWith(e, StringComparison.Ordinal))).Overlaps(s_starts);

    private static IEnumerable<CallGraph.ClassInfo> Lineage(CallGraph graph, CallGraph.ClassInfo type)
    {
        for (var c = type; c is not null; c = c.Base is null ? null : graph.Classes.GetValueOrDefault(c.Base.Split(',')[0])) yield return c;
    }

    /// <summary>
    /// Returns the code that xUnit runs before a test of the class: constructors, virtual methods that a base class may call, and the
    /// fixtures.
    /// </summary>
    private static IEnumerable<string> Setup(CallGraph graph, IReadOnlyList<CallGraph.ClassInfo> lineage)
    {
        foreach (var type in lineage)
        {
            foreach (var method in type.Methods.Where(m => !m.IsTest && (m.IsVirtual || m.Name is ".ctor" or ".cctor")))
                yield return $"{type.Name}::{method.Name}";
            var injected = type.Methods.Where(m => m.Name == ".ctor").SelectMany(m => m.Parameters);
            var fixtures = injected.Concat(type.Interfaces.Where(i => i.StartsWith("Xunit.IClassFixture", StringComparison.Ordinal))
                .SelectMany(i => i.Split(',')));
            foreach (var fixture in fixtures.Select(f => graph.Classes.GetValueOrDefault(f)).OfType<CallGraph.ClassInfo>())
            {
                foreach (var method in fixture.Methods.Where(m => m.IsVirtual || m.Name == ".ctor"))
                    yield return $"{fixture.Name}::{method.Name}";
            }
        }
    }
}
