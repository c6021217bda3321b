using System.Collections.Concurrent;

namespace PlantRuntime.Architecture.Tests;

/// <summary>
/// Tests that start a server or client of others have the trait <c>Needs=Server</c>, on their class or on the method, so that
/// <c>dotnet test --filter "Needs!=Server"</c> needs none of them. Classes with other tests that start a process, be it only this
/// product's compiler, have the trait <c>Needs=Process</c>: what has neither is the fast lane, <c>tests/fast</c>.
/// </summary>
public class ServerTraitTests
{
    private static readonly ConcurrentDictionary<string, CallGraph> s_graphs = new(StringComparer.Ordinal);
    private static readonly string[] s_starts = ["System.Diagnostics.Process::Start", "Microsoft.Playwright.IBrowserType::LaunchAsync"];

    /// <summary>
    /// Methods that start a process, now or later: those of the framework, and those of this product that tests call.
    /// </summary>
    private static readonly string[] s_startsProcess =
    [
        .. s_starts, "PlantRuntime.Engine.RecipeHost.Build.RecipeCompiler::.ctor", "PlantRuntime.Conformance.Host.SharedCompiler::get_Path",
        "PlantRuntime.Host.Cli.TestCommand::RunAsync",
    ];

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
        var graph = Read(project);
        var wrong = new List<string>();
        foreach (var (type, lineage, tests) in TestClasses(graph, project))
        {
            var isMarked = lineage.Exists(c => c.HasTrait);
            var setup = Setup(graph, lineage).ToList();
            var needing = tests.Where(t => StartsServer(graph, [.. setup, $"{t.Class.Name}::{t.Method.Name}"])).ToList();
            wrong.AddRange(needing.Where(t => !isMarked && !t.Method.HasTrait)
                .Select(t => $"{type.Name}.{t.Method.Name} lacks [Trait(\"Needs\", \"Server\")]"));
            if (isMarked && needing.Count == 0) wrong.Add($"{type.Name} starts no server: remove [Trait(\"Needs\", \"Server\")]");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [SkippableTheory]
    [MemberData(nameof(Projects))]
    public void A_class_with_a_test_that_starts_a_process_has_the_trait_and_no_other_class_has(string project)
    {
        var graph = Read(project);
        var wrong = new List<string>();
        foreach (var (type, lineage, tests) in TestClasses(graph, project))
        {
            var isOfServers = lineage.Exists(c => c.HasTrait);
            var setup = Setup(graph, lineage).ToList();
            var needing = tests.Find(t => !isOfServers && !t.Method.HasTrait
                && graph.Reach([.. setup, $"{t.Class.Name}::{t.Method.Name}"], _ => false).Overlaps(s_startsProcess));
            var isMarked = lineage.Exists(c => c.HasProcessTrait);
            if (needing.Method is not null && !isMarked)
                wrong.Add($"{type.Name} lacks [Trait(\"Needs\", \"Process\")]: {needing.Method.Name} starts a process");
            if (needing.Method is null && isMarked) wrong.Add($"{type.Name} starts no process: remove [Trait(\"Needs\", \"Process\")]");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static CallGraph Read(string project) => s_graphs.GetOrAdd(project, ReadBuilt);

    private static CallGraph ReadBuilt(string project)
    {
        var folder = Path.Combine(Built.Root, "tests", project, "bin",
            Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)));
        string[] assemblies = [$"PlantRuntime.{project}.dll", "PlantRuntime.Conformance.dll", "PlantRuntime.Faults.dll"];
        Skip.IfNot(File.Exists(Path.Combine(folder, assemblies[0])), $"tests/{project} is not built: dotnet build PlantRuntime.sln");
        return new CallGraph(assemblies.Select(a => Path.Combine(folder, a)).Where(File.Exists));
    }

    private static IEnumerable<(CallGraph.ClassInfo Type, List<CallGraph.ClassInfo> Lineage,
        List<(CallGraph.ClassInfo Class, CallGraph.MethodInfo Method)> Tests)> TestClasses(CallGraph graph, string project) =>
        from type in graph.Classes.Values
        where !type.IsAbstract && type.Name.StartsWith($"PlantRuntime.{project}.", StringComparison.Ordinal)
        let lineage = Lineage(graph, type).ToList()
        let tests = lineage.SelectMany(c => c.Methods.Where(m => m.IsTest).Select(m => (Class: c, Method: m))).ToList()
        where tests.Count > 0
        select (type, lineage, tests);

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
