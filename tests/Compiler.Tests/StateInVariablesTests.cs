namespace PlantRuntime.Compiler.Tests;

/// <summary>Variables that a recipe keeps from scan to scan are warnings, which suggest <c>Fold</c>.</summary>
public sealed class StateInVariablesTests
{
    private const string Flow = "ScanFlow flow = null!;\n";

    [Theory]
    [InlineData("var n = 0;\nflow.Where(s => ++n > 1);", "n (3,19)")]
    [InlineData("var n = 0;\nflow.Payload(s => { n += 1; return new { n }; });", "n (3,21)")]
    [InlineData("var (a, b) = (1, 2);\nflow.Payload(s => { (a, b) = (b, a); return new { a }; });", "a (3,22)", "b (3,25)")]
    [InlineData("var last = new Dictionary<string, Value>();\nflow.Where(s => { last[\"a\"] = 1; last[\"b\"] = 2; return true; });", "last (3,19)")]
    [InlineData("var all = new List<int>();\nflow.Where(s => { all.Add(1); return true; });", "all (3,19)")]
    [InlineData("var state = new State();\nflow.Where(s => state.Count++ > 1);\nclass State { public int Count; }", "state (3,17)")]
    [InlineData("flow.Where(s => State.Count++ > 1);\nstatic class State { public static int Count; }", "Count (2,17)")]
    [InlineData("int[] counts = [0];\nflow.Where(s => counts[0]++ > 1);", "counts (3,17)")]
    [InlineData("var n = 0;\nbool Next(Scan s) => Step() > 1;\nint Step() => ++n;\nflow.Where(Next);", "n (4,17)")]
    [InlineData("PayloadFlow Count(ScanFlow f) { var n = 0; return f.Payload(s => new { n = n++ }); }\nCount(flow);", "n (2,76)")]
    [InlineData("var n = 0;\nFunc<Scan, bool> often = s => n++ > 9;\nflow.Where(often);", "n (3,31)")]
    [InlineData("var n = 0;\nflow.Where(s => System.Threading.Interlocked.Increment(ref n) > 1);", "n (3,60)")]
    [InlineData("var n = 0;\nflow.Events().Where(e => n++ > 1);", "n (3,26)")]
    [InlineData("var n = 0;\nflow.Fold(0, (state, s) => n++);", "n (3,28)")]
    public void What_a_lambda_changes_is_named(string text, params string[] expected) => Assert.Equal(expected, Warnings(text));

    [Theory]
    [InlineData("var limit = 5; limit = 6;\nflow.Where(s => s[\"a\"].Number > limit);")]
    [InlineData("var n = 0; foreach (var tag in new[] { \"a\" }) { n++; flow.Where(s => s.Has(tag)); }")]
    [InlineData("flow.Payload(s => { var n = 0; foreach (var x in s.Samples) n++; return new { n }; });")]
    [InlineData("flow.Payload(s => { var n = 0; void Step() { n++; } Step(); new List<int> { 1 }.ForEach(x => n += x); return new { n }; });")]
    [InlineData("flow.Payload(s => Made(s));\nobject Made(Scan s) { var text = \"\"; text += s.Device; return new { text }; }")]
    [InlineData("flow.Fold(new List<int>(), (state, s) => { state.Add(1); return state; });")]
    [InlineData("flow.Payload(s => { var d = new Dictionary<string, object>(); d[\"a\"] = 1; return d; });")]
    [InlineData("var n = 0; new List<int> { 1 }.ForEach(x => n += x);")]
    [InlineData("var n = 0; flow.Rename(name => name + n++);")]
    [InlineData("var n = 0; Action<ScanFlow> declare = f => { n++; f.Where(s => s.Has(\"a\")); };\ndeclare(flow);")]
    [InlineData("record Point(int X) { public int Y { get; init; } = X; }\nflow.Payload(s => new Point(1) with { Y = 2 });")]
    public void What_lasts_for_one_scan_only_is_no_state(string text) => Assert.Empty(Warnings(text));

    [Fact]
    public void The_warning_suggests_Fold_and_the_recipe_runs()
    {
        using var fixture = new CompilerFixture();
        var reply = fixture.Compile($"{Flow}var n = 0;\nflow.Where(s => ++n > 1);");
        Assert.NotNull(reply.Assembly);
        Assert.Equal(
            ("PR0012", false, "'n' keeps something from scan to scan and is lost when the recipe is edited or the host restarts: "
                + "make it the state of Fold(seed, (state, scan) => …), which is carried over"),
            reply.Diagnostics.Select(d => (d.Id, d.IsError, d.Message)).Single());
    }

    private static List<string> Warnings(string text)
    {
        using var fixture = new CompilerFixture();
        var reply = fixture.Compile(Flow + text);
        Assert.DoesNotContain(reply.Diagnostics, d => d.IsError);
        return [.. reply.Diagnostics.Where(d => d.Id == "PR0012").Select(d => $"{d.Message.Split('\'')[1]} ({d.Line},{d.Column})")];
    }
}
