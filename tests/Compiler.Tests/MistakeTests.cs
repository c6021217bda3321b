extern alias compiler;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Recipes;
using PlantRuntime.Sites;
using compiler::PlantRuntime.Compiler;

namespace PlantRuntime.Compiler.Tests;

/// <summary>
/// The most frequent mistakes of recipe authors, compiled with the code that the host generates from a site.toml: the sentence that they
/// get, and the recipe that follows its advice. docs/writing.md lists them.
/// </summary>
public sealed class MistakeTests : IDisposable
{
    private const string Toml = """
        [site]
        name = "hall"
        [devices.line]
        driver = "simulator"
          [devices.line.tags]
          level = "const 5"
          speed = "const 7"
          on_line = "const true"
        [devices.tank]
        driver = "simulator"
          [devices.tank.tags]
          amps = "const 5"
        [sinks.lines]
        sink = "jsonl"
        path = "lines.jsonl"
        """;

    private static readonly RecipeCompilation s_compilation = new();
    private readonly TemporaryFolder _folder = new();
    private readonly string _generated;

    public MistakeTests()
    {
        File.WriteAllText(_folder.Of("site.toml"), Toml);
        var (site, problems) = SiteFile.Load(_folder.Path, _ => null);
        Assert.Empty(problems);
        _generated = SiteCodeGenerator.Write(site!);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Recipes between <c>Plant.line.Scans.</c> and <c>.To(Sinks.lines);</c>.</summary>
    [Theory]
    [InlineData("Payload(scan => new { x = scan[\"level\"] * 2 })",
        "CS0019: a tag's value is a Value, which can be a number, a text or nothing: write scan[\"level\"].Number * 2",
        "Payload(scan => new { x = scan[\"level\"].Number * 2 })")]
    [InlineData("Where(scan => scan[\"level\"] > scan[\"speed\"])",
        "CS0019: a tag's value is a Value, which can be a number, a text or nothing: write scan[\"level\"].Number > scan[\"speed\"].Number",
        "Where(scan => scan[\"level\"].Number > scan[\"speed\"].Number)")]
    [InlineData("Where(scan => scan[\"on_line\"] && true)",
        "CS0019: a tag's value is a Value, which can be a number, a text or nothing: write scan[\"on_line\"].Bool && true",
        "Where(scan => scan[\"on_line\"].Bool && true)")]
    [InlineData("Where(scan => !scan[\"on_line\"])",
        "CS0023: a tag's value is a Value: write !scan[\"on_line\"].Bool",
        "Where(scan => !scan[\"on_line\"].Bool)")]
    [InlineData("Where(scan => scan[\"on_line\"])",
        "CS0029: a tag's value is a Value: write scan[\"on_line\"].Bool",
        "Where(scan => scan[\"on_line\"].Bool)")]
    [InlineData("Where(scan => { int n = scan[\"level\"]; return n > 1; })",
        "CS0266: a tag's value is a Value: write scan[\"level\"].Int",
        "Where(scan => { var n = scan[\"level\"].Int; return n > 1; })")]
    [InlineData("Where(scan => scan[\"level\"].Number)",
        "CS0029: the lambda of Where answers with true or false, and this is a double: compare it, as in scan[\"level\"].Number > 0",
        "Where(scan => scan[\"level\"].Number > 0)")]
    [InlineData("Where(scan => { int n = 2.5; return n > 1; })",
        "CS0266: this is a number with a fraction, and int holds whole numbers: write double",
        "Where(scan => { double n = 2.5; return n > 1; })")]
    [InlineData("Where(scan => scan[\"level\"].Number = 5)",
        "CS0200: '=' assigns: write == to compare",
        "Where(scan => scan[\"level\"].Number == 5)")]
    [InlineData("Where(scan => scan[\"level\"].Number is null)",
        "CS0037: a tag without a value is found with IsNull: write scan[\"level\"].IsNull",
        "Where(scan => scan[\"level\"].IsNull)")]
    [InlineData("Where(scan => scan.level.Number > 5)",
        "CS1061: a tag is read with its name in brackets: write scan[\"level\"]",
        "Where(scan => scan[\"level\"].Number > 5)")]
    [InlineData("Where(scan => scan.levl.Number > 5)",
        "CS1061: a tag is read with its name in brackets: write scan[\"level\"]",
        "Where(scan => scan[\"level\"].Number > 5)")]
    [InlineData("Payload(scan => new { x = scan.Values[\"level\"] })",
        "CS0021: this is all tags together, for a payload: write scan[\"level\"] for one of them",
        "Payload(scan => new { x = scan[\"level\"] })")]
    [InlineData("Deadband(Plant.line.level, 5)",
        "CS1061: the tags of a device are in Tags: write Plant.line.Tags.level",
        "Deadband(Plant.line.Tags.level, 5)")]
    [InlineData("Throttle(\"5s\")", "CS1503: a duration is written without quotes: 5.Seconds", "Throttle(5.Seconds)")]
    [InlineData("Throttle(\"250 ms\")", "CS1503: a duration is written without quotes: 250.Milliseconds", "Throttle(250.Milliseconds)")]
    [InlineData("Throttle(5)",
        "CS1503: a duration has a unit: write 5.Seconds (or Milliseconds, Minutes, Hours, Days)",
        "Throttle(5.Seconds)")]
    [InlineData("Throttle(5s)", "CS1003: a duration is written 5.Seconds", "Throttle(5.Seconds)")]
    [InlineData("Throttle(5.Secnds)", "CS1061: '5' has no 'Secnds': did you mean 'Seconds'?", "Throttle(5.Seconds)")]
    [InlineData("Range(Plant.line.Tags.level, 0,5, 2,5)",
        "CS1501: a number has a point and no comma: write 0.5",
        "Range(Plant.line.Tags.level, 0.5, 2.5)")]
    [InlineData("Range(Plant.line.Tags.level, 5)",
        "CS7036: Range is written Range(string tags, double low, double high)",
        "Range(Plant.line.Tags.level, 0, 5)")]
    [InlineData("Average(s => s[\"level\"].Number)",
        "CS0411: a flow never ends, so that 'Average' of a list does not exist: write .Window(1.Minutes).Mean()",
        "Window(1.Minutes).Mean()")]
    [InlineData("Window(1.Minutes)",
        "CS1929: a window has no output yet: say what of it, as in .Mean(), .Min(), .Max() or .Last(), before .To",
        "Window(1.Minutes).Max()")]
    [InlineData("Where(async scan => await System.Threading.Tasks.Task.FromResult(true))",
        "CS4010: a recipe only declares and never waits: remove await and async; .Ask(Sinks.name) waits for the answer of a server",
        "Where(scan => true)")]
    [InlineData("Where(scan => scan['level'].Number > 5)",
        "CS1012: a text is written in double quotes: \"text\"",
        "Where(scan => scan[\"level\"].Number > 5)")]
    [InlineData("Where(scan => { scan[\"level\"].Number > 5; })",
        "CS0201: this computes a value that nobody uses: write return before it, or the lambda without braces, scan => value",
        "Where(scan => { return scan[\"level\"].Number > 5; })")]
    [InlineData("Where(scan[\"level\"].Number > 5)",
        "CS0103: the beginning of the lambda is missing: write Where(scan => scan[\"level\"].Number > 5)",
        "Where(scan => scan[\"level\"].Number > 5)")]
    [InlineData("Where(scan => scan[\"level\"].Number > 5 and scan[\"speed\"].Number < 2)",
        "CS1003: conditions are combined with && (and), || (or), ! (not)",
        "Where(scan => scan[\"level\"].Number > 5 && scan[\"speed\"].Number < 2)")]
    [InlineData("Payload(scan => { x = scan[\"level\"]; })",
        "CS0103: a payload is an object: write new before the brace, new { x = scan[\"level\"] }",
        "Payload(scan => new { x = scan[\"level\"] })")]
    [InlineData("Where(scan => scan[\"level\"].Number > 5", "CS1026: a ')' is missing here", "Where(scan => scan[\"level\"].Number > 5)")]
    [InlineData("Deadbnd(Plant.line.Tags.level, 5)",
        "CS1061: 'Plant.line.Scans' has no 'Deadbnd': did you mean 'Deadband'?",
        "Deadband(Plant.line.Tags.level, 5)")]
    [InlineData("Where(\"level\" > 4)",
        "CS0019: this is the name of a tag: its value is read from the scan in a lambda, as in scan => scan[\"level\"].Number > 5",
        "Where(scan => scan[\"level\"].Number > 4)")]
    [InlineData("Where(scan => scan[\"level\"].Number > Plant.tank.Tags.amps)",
        "CS0019: this is the name of a tag: its value is in the scan of its device, scan[\"amps\"].Number; Join adds the tags of another device",
        "Join(Plant.tank.Scans, within: 1.Seconds).Where(scan => scan[\"level\"].Number > scan[\"amps\"].Number)")]
    [InlineData("Where(scan => scan[\"level\"].Number > 5 && < 10)",
        "CS1525: each comparison has two sides: write the value again, a > 5 && a < 10",
        "Where(scan => scan[\"level\"].Number > 5 && scan[\"level\"].Number < 10)")]
    [InlineData("Where(scan => scan[\"level\"].Number > 5 & scan[\"speed\"] = 4)",
        "CS0019: '=' assigns: write == to compare",
        "Where(scan => scan[\"level\"].Number > 5 & scan[\"speed\"] == 4)")]
    [InlineData("Where(s -> s[\"level\"].Number > 5)",
        "CS0103: an arrow of a lambda is =>: write s => …",
        "Where(s => s[\"level\"].Number > 5)")]
    [InlineData("Where(lambda s: s[\"level\"].Number > 5)",
        "CS0103: a lambda is written s => …",
        "Where(s => s[\"level\"].Number > 5)")]
    [InlineData("Where(scan => if (scan[\"level\"].Number > 5) true else false)",
        "CS1525: a lambda without braces is one expression: write condition ? value : other, or the condition alone",
        "Where(scan => scan[\"level\"].Number > 5)")]
    [InlineData("Payload(scan => new { x = scan[\"level\"] ?? 0 })",
        "CS0019: a tag without a value is found with IsNull: write scan[\"level\"].IsNull ? 0 : scan[\"level\"].Number",
        "Payload(scan => new { x = scan[\"level\"].IsNull ? 0 : scan[\"level\"].Number })")]
    [InlineData("Payload(scan => new { x = scan[\"level\"].Number ?? 0 })",
        "CS0019: a tag without a value is found with IsNull: write scan[\"level\"].IsNull ? 0 : scan[\"level\"].Number",
        "Payload(scan => new { x = scan[\"level\"].IsNull ? 0 : scan[\"level\"].Number })")]
    [InlineData("Payload(scan => new { x = scan.Values.level })",
        "CS1061: this is all tags together, for a payload: write scan[\"level\"] for one of them",
        "Payload(scan => new { x = scan[\"level\"] })")]
    [InlineData("Payload(scan => new { x = scan.Timestamp })",
        "CS1061: 'scan' has no 'Timestamp': write scan.Time",
        "Payload(scan => new { x = scan.Time })")]
    [InlineData("Payload(scan => new { x = scan[\"level\"].Quality })",
        "CS1061: the quality of a tag is with its scan: write scan.QualityOf(\"level\")",
        "Payload(scan => new { x = scan.QualityOf(\"level\") })")]
    [InlineData("Where(scan => scan[\"level\"].IsGood)",
        "CS1061: write scan.QualityOf(\"level\") == Quality.Good",
        "Where(scan => scan.QualityOf(\"level\") == Quality.Good)")]
    [InlineData("Payload(scan => new { x = scan[\"level\"].ToString(\"F2\") })",
        "CS1501: a form is for numbers: write scan[\"level\"].Number.ToString(\"F2\")",
        "Payload(scan => new { x = scan[\"level\"].Number.ToString(\"F2\") })")]
    [InlineData("Payload(scan => new { x = 1, x = 2 })",
        "CS0833: two fields of this object have the same name: give one of them another name",
        "Payload(scan => new { x = 1, y = 2 })")]
    [InlineData("Payload(scan => { x: scan.Time })",
        "CS1002: a payload is an object of C#: write new { x = … }",
        "Payload(scan => new { x = scan.Time })")]
    [InlineData("Payload(scan => { \"x\": scan.Time })",
        "CS1002: a payload is an object of C#: write new { x = … }",
        "Payload(scan => new { x = scan.Time })")]
    [InlineData("Mean(\"level\")",
        "CS1061: Mean is of a window: write .Window(1.Minutes).Mean()",
        "Window(1.Minutes).Mean()")]
    [InlineData("Window(1.Minutes).Avg(\"level\")",
        "CS1061: a window has no 'Avg': write .Mean()",
        "Window(1.Minutes).Mean()")]
    [InlineData("Window(1.Minutes).Deadband(\"level\", 1)",
        "CS1061: a window has aggregates only: write .Deadband before the window, or after .Mean(), .Min(), .Max() or another aggregate",
        "Window(1.Minutes).Mean().Deadband(\"level\", 1)")]
    [InlineData("Filter(scan => true)",
        "CS1061: there is no operator 'Filter': write .Where(scan => …)",
        "Where(scan => true)")]
    [InlineData("Alarm(\"level\", above = 80)",
        "CS0103: the name of an argument is followed by ':': write above: 80",
        "Alarm(\"level\", above: 80)")]
    [InlineData("Alarm(\"level\", above: \"80\")",
        "CS1503: a number has no quotes: write 80",
        "Alarm(\"level\", above: 80)")]
    [InlineData("Alarm(\"level\", is: 4)",
        "CS1525: a condition for one value is written equals: value",
        "Alarm(\"level\", equals: 4)")]
    [InlineData("Shifts(6, 14).Sum()",
        "CS1503: a time of day is a text: write \"06:00\"",
        "Shifts(\"06:00\", \"14:00\").Sum()")]
    [InlineData("Join(Plant.tank, within: 1.Seconds)",
        "CS1503: operators take the scans of a device: write Plant.tank.Scans",
        "Join(Plant.tank.Scans, within: 1.Seconds)")]
    [InlineData("Cast(\"level\", int)",
        "CS1525: a kind is written ValueKind.Int (or UInt, Float32, Float64, Bool, Text)",
        "Cast(\"level\", ValueKind.Int)")]
    [InlineData("Cast(\"level\", \"int\")",
        "CS1503: a kind is written ValueKind.Int (or UInt, Float32, Float64, Bool, Text)",
        "Cast(\"level\", ValueKind.Int)")]
    [InlineData("Round(1)",
        "CS1503: Round is written Round(string tags, int decimals?)",
        "Round(\"level\", 1)")]
    [InlineData("Fold(0.0, scan => scan[\"level\"].Number).Payload(sum => new { sum })",
        "CS1593: Fold is written Fold(TState seed, lambda fold)",
        "Fold(0.0, (sum, scan) => sum + scan[\"level\"].Number).Payload(sum => new { sum })")]
    public void An_operator_with_a_mistake_gets_a_sentence_and_its_remedy_compiles(string mistake, string sentence, string remedy) =>
        Check($"Plant.line.Scans.{mistake}.To(Sinks.lines);", sentence, $"Plant.line.Scans.{remedy}.To(Sinks.lines);");

    [Theory]
    [InlineData("Plant.line.Scans.To(Sinks.lines)\nPlant.tank.Scans.To(Sinks.lines);", "CS1002: a ';' is missing here",
        "Plant.line.Scans.To(Sinks.lines);\nPlant.tank.Scans.To(Sinks.lines);")]
    [InlineData("Plant.line.Scans.Where(scan => scan[\"level\"].Number > 5.To(Sinks.lines);",
        "CS1929: '5' has no 'To': a ')' is missing before '.To'",
        "Plant.line.Scans.Where(scan => scan[\"level\"].Number > 5).To(Sinks.lines);")]
    [InlineData("Plant.line.Scans.To(Sinks.line);",
        "CS0117: 'Sinks' has no 'line': did you mean 'lines'?",
        "Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("Plant.line.Scans.To(\"lines\");",
        "CS1503: argument 1 is 'string', expected 'PlantRuntime.Recipes.SinkRef'; write a sink as Sinks.name",
        "Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("plant.line.Scans.To(Sinks.lines);",
        "CS0103: there is no 'plant' here: did you mean 'Plant'?",
        "Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("Plant.line.scans.To(Sinks.lines);",
        "CS1061: 'Plant.line' has no 'scans': did you mean 'Scans'?",
        "Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("Plant.line.Where(scan => true).To(Sinks.lines);",
        "CS0411: operators follow the scans of a device: write Plant.line.Scans.Where",
        "Plant.line.Scans.Where(scan => true).To(Sinks.lines);")]
    [InlineData("if (Plant.line.Scans[\"level\"] > 5) Plant.line.Scans.To(Sinks.lines);",
        "CS0021: this is a flow of scans and no value: read values in a lambda, as in .Where(scan => scan[\"tag\"].Number > 5)",
        "Plant.line.Scans.Where(scan => scan[\"level\"].Number > 5).To(Sinks.lines);")]
    [InlineData("foreach (var scan in Plant.line.Scans) { }",
        "CS1579: a flow is no list: give what is done at each scan as a lambda, as in .Payload(scan => new { … })",
        "Plant.line.Scans.Payload(scan => new { scan.Number }).To(Sinks.lines);")]
    [InlineData("var text = new StringBuilder(); Plant.line.Scans.To(Sinks.lines);",
        "CS0246: 'StringBuilder' needs a line at the beginning of the file: using System.Text;",
        "using System.Text;\nvar text = new StringBuilder(); Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("Plant.line.Every(5.Seconds).To(Sinks.lines);",
        "CS1929: an event has no form yet: add .Payload(t => new { … }) before .To",
        "Plant.line.Every(5.Seconds).Payload(t => new { t.Time }).To(Sinks.lines);")]
    [InlineData("await Plant.line.Scans.To(Sinks.lines);",
        "CS4008: a recipe only declares and never waits: remove await and async; .Ask(Sinks.name) waits for the answer of a server",
        "Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("var a = 1; var a = 2; Plant.line.Scans.To(Sinks.lines);",
        "CS0102: there is another variable 'a' already: give this one another name",
        "var a = 1; var b = 2; Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("Plant.line.Scans.To(Sinks.lines).To(Sinks.lines);",
        "CS0023: To ends a flow: write .To(Sinks.lines, Sinks.lines)",
        "Plant.line.Scans.To(Sinks.lines, Sinks.lines);")]
    [InlineData("Plant.line.Scans.To(Sinks.lines).Where(scan => true);",
        "CS0023: To ends a flow: write .Where before it",
        "Plant.line.Scans.Where(scan => true).To(Sinks.lines);")]
    [InlineData("var flow = Plant.line.Scans.To(Sinks.lines);",
        "CS0670: To ends a flow and returns nothing: remove var flow =",
        "Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("Plant.line.Tags.level.To(Sinks.lines);",
        "CS1929: this is the name of a tag: write Plant.line.Scans.Only(\"level\").To",
        "Plant.line.Scans.Only(\"level\").To(Sinks.lines);")]
    [InlineData("if (Plant.line.Tags.level > 5) Plant.line.Scans.To(Sinks.lines);",
        "CS0019: this is the name of a tag: its value is read in a lambda, as in Plant.line.Scans.Where(scan => scan[\"level\"].Number > 5)",
        "Plant.line.Scans.Where(scan => scan[\"level\"].Number > 5).To(Sinks.lines);")]
    [InlineData("foreach (var d in new[] { Plant.line, Plant.tank }) d.Scans.To(Sinks.lines);",
        "CS0826: devices of a list need the word Device: write new Device[] { … }",
        "foreach (var d in new Device[] { Plant.line, Plant.tank }) d.Scans.To(Sinks.lines);")]
    [InlineData("Plant[\"line\"].Scans.To(Sinks.lines);",
        "CS0119: write Plant.line",
        "Plant.line.Scans.To(Sinks.lines);")]
    [InlineData("let flow = Plant.line.Scans; flow.To(Sinks.lines);",
        "CS0246: a variable is declared with var: write var flow",
        "var flow = Plant.line.Scans; flow.To(Sinks.lines);")]
    [InlineData("# all tags\nPlant.line.Scans.To(Sinks.lines);",
        "CS1024: a comment begins with //",
        "// all tags\nPlant.line.Scans.To(Sinks.lines);")]
    [InlineData("Plant.tank.Block(\"DB1\", bytes: 4).Decode(1.Seconds, new(\"amps\", 0, DataType.Real)).To(Sinks.lines);",
        "CS8752: one alone needs the name of its type: write new BlockTag(…)",
        "Plant.tank.Block(\"DB1\", bytes: 4).Decode(1.Seconds, new BlockTag(\"amps\", 0, DataType.Real)).To(Sinks.lines);")]
    public void A_recipe_with_a_mistake_gets_a_sentence_and_its_remedy_compiles(string mistake, string sentence, string remedy) =>
        Check(mistake, sentence, remedy);

    [Theory]
    [InlineData("DateTime.Now")]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTimeOffset.Now")]
    public void The_clock_of_the_computer_is_a_warning(string clock)
    {
        var reply = Compile($"Plant.line.Scans.Payload(scan => new {{ t = {clock} }}).To(Sinks.lines);");
        var warning = Assert.Single(reply.Diagnostics);
        Assert.Equal(("PR0013", false, $"'{clock}' is the clock of the computer, which tests and late scans do not follow: use scan.Time, or t.Time in a lambda of Every"),
            (warning.Id, warning.IsError, warning.Message));
        Assert.Empty(Compile("Plant.line.Scans.Payload(scan => new { t = scan.Time }).To(Sinks.lines);").Diagnostics);
    }

    private void Check(string mistake, string sentence, string remedy)
    {
        var found = Compile(mistake).Diagnostics.Where(d => d.IsError).Select(d => $"{d.Id}: {d.Message}").ToList();
        Assert.Contains(sentence, found);
        Assert.All(Compile(mistake).Diagnostics, d => Assert.True(d.Line > 0 && d.Column > 0 && d.File == "recipes/a.csx"));
        Assert.Empty(Compile(remedy).Diagnostics.Where(d => d.IsError).Select(d => d.Message));
    }

    private CompileReply Compile(string text)
    {
        Directory.CreateDirectory(_folder.Of("recipes"));
        File.WriteAllText(_folder.Of("recipes", "a.csx"), text);
        var request = new CompileRequest(1, _folder.Path, "recipes/a.csx", [], _generated,
            [typeof(Tag).Assembly.Location, typeof(ExecutionGuard).Assembly.Location], [.. SiteCodeGenerator.Imports], _folder.Of("out"));
        lock (s_compilation) return s_compilation.Compile(request);
    }
}
