namespace PlantRuntime.Faults.Runaways;

/// <summary>A recipe that never ends or uses too much memory.</summary>
/// <param name="Name">Name of the fault.</param>
/// <param name="Recipe">Its text.</param>
/// <param name="Said">Pattern of the log line that must name it.</param>
internal sealed record RunawayCase(string Name, string Recipe, string Said)
{
    private const string Stopped = @"STOPPED recipe=recipes/bad\.csx reason=""";
    private const string Held = "Plant.tank.Scans.Where(s => s[\"level\"].Int > 0)";

    // At the trial scan, whose values are 0, these do nothing. The fault starts with the first real scan.
    private static string Later(string statements) => $"{Held}\n    .Where(s => {{ {statements} }}).To(Sinks.lines);";

    // Contains no check of the guard. "hidden read" has abandoned a thread before.
    private static string Endless(int n) => Later(
        "return new System.Text.RegularExpressions.Regex(\"^(a+)+$\", 0, System.Text.RegularExpressions.Regex.InfiniteMatchTimeout)"
        + $".IsMatch(new string('a', 45) + \"!\") || s.Number == {n};");

    private static string Called(string type, string method, string arguments = "") =>
        $"Type.GetType(\"{type}\")!.GetMethod(\"{method}\", [{(arguments.Length > 0 ? "typeof(int)" : "")}])!.Invoke(null, [{arguments}]); return true;";

    /// <summary>All known cases.</summary>
    public static IReadOnlyList<RunawayCase> All { get; } =
    [
        new("loop at the top", "while (true) { try { while (true) ; } catch { } }",
            @"recipes/bad\.csx\(1,\d+\): error: .*top level ran for more than 2 s"),
        new("loop in the trial", "Plant.tank.Scans.Where(s => { for (;;) ; }).To(Sinks.lines);",
            @"recipes/bad\.csx\(1,\d+\): error: .*trial scan ran for more than 2 s"),
        new("loop", Later("while (true) { try { } catch { } }"), Stopped + @"it was busy.*at=recipes/bad\.csx\(2,\d+\)"),
        new("recursion", "int Deep(int n) => Deep(n + 1) + 1;\n" + Later("return Deep(1) > 0;"),
            Stopped + @".*nest too deep.*at=recipes/bad\.csx\(1,\d+\)"),
        new("sleep", Later("System.Threading.Thread.Sleep(-1); return true;"), @"recipes/bad\.csx\(2,\d+\): error PR0009"),
        new("hidden sleep", Later(Called("System.Threading.Thread", "Sleep", "-1")),
            Stopped + @"it was busy.*at=recipes/bad\.csx\(2,\d+\)"),
        new("hidden sleep at the top", Called("System.Threading.Thread", "Sleep", "-1").Replace(" return true;", ""),
            @"recipes/bad\.csx\(1,\d+\): error: .*top level ran for more than 2 s"),
        new("hidden read", Later(Called("System.Console, System.Console", "ReadLine")), Stopped + "it was busy.*left behind"),
        new("search without end", Later("return System.Text.RegularExpressions.Regex.IsMatch(new string('a', 40) + \"!\", \"^(a+)+$\");"),
            @"FAULT recipe=recipes/bad\.csx .*RegexMatchTimeout"),
        new("2 GB at once", Later("var a = new byte[2_000_000_000]; Array.Fill(a, (byte)1); return a.Length > 0;"),
            Stopped + @"it asked for more memory.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB of text", Later("return new string('x', 1_000_000_000).Length > 0;"),
            Stopped + @"it asked for more memory.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB in a list", Later("var all = new List<object>(); while (true) all.Add(new byte[1000]);"),
            Stopped + @"it allocated more than 64 MB.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB of a sequence", Later("return Enumerable.Range(0, 500_000_000).ToArray().Length > 0;"),
            Stopped + @"it asked for more memory.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB at the top", "var all = new List<object>(); while (true) all.Add(new byte[1000]);",
            @"recipes/bad\.csx\(1,\d+\): error: .*allocated more than 64 MB"),
        new("kept, 5 MB a scan", "var kept = new List<byte[]>();\n"
            + Later("var a = new byte[5_000_000]; Array.Fill(a, (byte)1); kept.Add(a); return true;"),
            Stopped + "(the host keeps .*allocated most of late|it asked for more)"),
        new("kept, 50 MB a scan", "var kept = new List<byte[]>();\n"
            + Later("var a = new byte[50_000_000]; Array.Fill(a, (byte)1); kept.Add(a); return true;"),
            Stopped + "(the host keeps|it asked for more)"),
        new("operators in operators",
            Later("var x = Enumerable.Range(0, 9); for (var i = 0; i < 100_000; i++) x = x.TakeLast(3); return x.Sum() > 0;"),
            Stopped + "its calls nest too deep"),
        new("operators in operators, with lambdas",
            Later("var x = Enumerable.Range(0, 9); for (var i = 0; i < 100_000; i++) x = x.Select(n => n + 1).Where(n => true); return x.Sum() > 0;"), Stopped + @"its calls nest too deep.*at=recipes/bad\.csx\(2,\d+\)"),
        new("operators in operators, some each scan", "IEnumerable<int> last = [];\n"
            + Later("for (var i = 0; i < 5000; i++) last = last.Append(i).TakeLast(10); return last.Sum() > 0;"),
            Stopped + "its calls nest too deep"),
        new("objects in objects", Later("object x = 1; for (var i = 0; i < 300_000; i++) x = new { x }; return x.GetHashCode() > 0;"),
            Stopped + "its calls nest too deep"),
        new("records in records", "record Part(int Size, Part? Inner);\n"
            + Later("Part? all = null; for (var i = 0; i < 500_000; i++) all = new(i, all); return all!.GetHashCode() > 0;"),
            Stopped + "its calls nest too deep"),
        new("recursion of a property", "class Odd { public int Size => Size + 1; }\n" + Later("return new Odd().Size > 0;"),
            Stopped + @"its calls nest too deep.*at=recipes/bad\.csx\(1,\d+\)"),
        new("loop in a static constructor", "class Odd { public static int Size; static Odd() { while (true) Size++; } }\n"
            + Later("return Odd.Size > 0;"), Stopped + "it was busy"),
        new("loop in a message", "class Odd : Exception { public override string Message { get { while (true) ; } } }\n"
            + Later("throw new Odd();"), Stopped + "it was busy"),
        new("task", "async System.Threading.Tasks.Task Wait() { while (true) await System.Threading.Tasks.Task.Yield(); }\n"
            + Later("Wait(); return true;"), Stopped + "its code runs on another thread"),
        new("search without end or limit", Endless(1), Stopped + "it was busy.*left behind at low priority .2 of"),
        new("another", Endless(2), Stopped + "it was busy.*left behind at low priority .3 of"),
        new("one too many", Endless(3), @"recipes/bad\.csx: error: 3 threads .* still run"),
    ];
}
