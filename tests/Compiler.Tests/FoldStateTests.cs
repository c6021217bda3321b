using System.Runtime.CompilerServices;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Compiler.Tests;

/// <summary>States of <c>Fold</c> whose types are declared in a recipe: stored by one version, read by the next, and unloaded.</summary>
public sealed class FoldStateTests
{
    private const string Recipe = """
        Out.Add((Func<ScanFlow, PayloadFlow>)(flow => flow
            .Fold(new Batch(0, Phase.Idle, [], new() { ["a"] = new Piece(1, 2.5) }, null), (batch, scan) => batch with
            {
                Number = batch.Number + 1, Phase = Phase.Filling, Recent = [.. batch.Recent, new Piece(batch.Number, scan["speed"].Number)],
                Last = scan["speed"],
            })
            .Payload(batch => new { batch.Number, batch.Phase, batch.Recent, batch.Last, a = batch.Known["a"].Weight })));
        enum Phase { Idle, Filling }
        record Piece(int Number, double Weight);
        record Batch(int Number, Phase Phase, List<Piece> Recent, Dictionary<string, Piece> Known, Value? Last);
        """;

    [Fact]
    public void A_later_version_reads_it_and_no_version_stays_in_memory()
    {
        using var fixture = new CompilerFixture();
        PlanState? state = null;
        var contexts = new List<WeakReference>();
        for (var i = 1; i <= 20; i++) contexts.Add(RunOnce(fixture, i, ref state));
        Assert.Equal(0, contexts.Count(context => !RecipeLoadContext.IsCollected(context)));
    }

    [Fact]
    public void Another_shape_of_the_state_begins_anew_with_the_reason()
    {
        using var fixture = new CompilerFixture();
        PlanState? state = null;
        RunOnce(fixture, 1, ref state);
        var (plan, _, assembly) = Load(fixture, Recipe.Replace("new Piece(1, 2.5)", "new Piece(1, 2)", StringComparison.Ordinal)
            .Replace("scan[\"speed\"].Number)", "1)", StringComparison.Ordinal)
            .Replace("int Number, double Weight", "int Number, int Weight", StringComparison.Ordinal));
        var renamed = state! with { Operators = [state.Operators[0] with { Path = plan.OperatorPaths[0] }] };
        var dropped = Assert.Single(plan.Load(renamed).Dropped);
        Assert.StartsWith("Fold on line: its state has the format \"fold 1 (Known: Dictionary of (key: String?, value: (Number: Int32, Weight: Double)?)?",
            dropped, StringComparison.Ordinal);
        assembly.Unload();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunOnce(CompilerFixture fixture, int number, ref PlanState? state)
    {
        var (plan, records, assembly) = Load(fixture, Recipe);
        if (state is not null) Assert.Equal("carried=1", plan.Load(state).ToString());
        plan.Start();
        plan.Sources["line"].Push(Node.CreateTrial(plan.Sources["line"].Schema, DateTime.UnixEpoch, 0));
        var pieces = string.Join(',', Enumerable.Range(0, number).Select(n => $$"""{"Number":{{n}},"Weight":0}"""));
        Assert.Equal([$$"""{"Number":{{number}},"Phase":"Filling","Recent":[{{pieces}}],"Last":0,"a":2.5}"""], records);
        state = plan.Save();
        return assembly.Unload();
    }

    private static (Plan Plan, List<string> Records, RecipeAssembly Assembly) Load(CompilerFixture fixture, string text)
    {
        var assembly = fixture.Load(text);
        var guard = new ExecutionGuard();
        var builder = new PlanBuilder(
            new Dictionary<string, IReadOnlyList<Tag>> { ["line"] = [new Tag(0, "speed", "line")] }, TimeProvider.System, e => throw e);
        assembly.SetStatic("RecipeGuard", "Guard", guard);
        assembly.SetStatic("RecipeGuard", "Left", int.MaxValue);
        assembly.SetStatic("Out", "Write", (Action<object?>)(declare =>
            ((Func<ScanFlow, PayloadFlow>)declare!)(new ScanFlow(builder, [builder.Source("line")])).To(new SinkRef("out"))));
        assembly.Run();
        Assert.Empty(builder.Problems);
        var plan = builder.Build();
        var output = new TextOutput();
        plan.Routes[0].Output = output;
        return (plan, output.Records, assembly);
    }

    private sealed class TextOutput : IRecordOutput
    {
        public List<string> Records { get; } = [];

        public bool IsBlocked => false;

        public void WhenStored(Action done) => done();

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
        {
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json) => Records.Add(Encoding.UTF8.GetString(json));
    }
}
