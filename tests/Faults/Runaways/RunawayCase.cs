namespace PlantRuntime.Faults.Runaways;

/// <summary>A recipe that runs away.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Recipe">Its text.</param>
/// <param name="Said">What the host must say of it, as a pattern.</param>
internal sealed record RunawayCase(string Name, string Recipe, string Said)
{
    private const string Stopped = @"STOPPED recipe=recipes/bad\.csx reason=""";
    private const string Held = "Plant.tank.Scans.Where(s => s[\"level\"].Int > 0)";

    // At the trial scan, whose values are 0, these do nothing: they run away as they run.
    private static string Later(string statements) => $"{Held}\n    .Where(s => {{ {statements} }}).To(Sinks.lines);";

    private static string Called(string type, string method, string arguments = "") =>
        $"Type.GetType(\"{type}\")!.GetMethod(\"{method}\", [{(arguments.Length > 0 ? "typeof(int)" : "")}])!.Invoke(null, [{arguments}]); return true;";

    /// <summary>Every way that we know.</summary>
    public static IReadOnlyList<RunawayCase> All { get; } =
    [
        new("loop at the top", "while (true) { try { while (true) ; } catch { } }", @"recipes/bad\.csx\(1,\d+\): error: .*top level ran for more than 2 s"),
        new("loop in the trial", "Plant.tank.Scans.Where(s => { for (;;) ; }).To(Sinks.lines);", @"recipes/bad\.csx\(1,\d+\): error: .*trial scan ran for more than 2 s"),
        new("loop", Later("while (true) { try { } catch { } }"), Stopped + @"it was busy.*at=recipes/bad\.csx\(2,\d+\)"),
        new("recursion", "int Deep(int n) => Deep(n + 1) + 1;\n" + Later("return Deep(1) > 0;"), Stopped + @".*themselves without end.*at=recipes/bad\.csx\(1,\d+\)"),
        new("sleep", Later("System.Threading.Thread.Sleep(-1); return true;"), @"recipes/bad\.csx\(2,\d+\): error PR0009"),
        new("hidden sleep", Later(Called("System.Threading.Thread", "Sleep", "-1")), Stopped + @"it was busy.*at=recipes/bad\.csx\(2,\d+\)"),
        new("hidden sleep at the top", Called("System.Threading.Thread", "Sleep", "-1").Replace(" return true;", ""), @"recipes/bad\.csx\(1,\d+\): error: .*top level ran for more than 2 s"),
        new("hidden read", Later(Called("System.Console, System.Console", "ReadLine")), Stopped + "it was busy.*left behind"),
        new("search without end", Later("return System.Text.RegularExpressions.Regex.IsMatch(new string('a', 40) + \"!\", \"^(a+)+$\");"), @"FAULT recipe=recipes/bad\.csx .*RegexMatchTimeout"),
        new("2 GB at once", Later("var a = new byte[2_000_000_000]; Array.Fill(a, (byte)1); return a.Length > 0;"), Stopped + @"it asked for more memory.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB of text", Later("return new string('x', 1_000_000_000).Length > 0;"), Stopped + @"it asked for more memory.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB in a list", Later("var all = new List<object>(); while (true) all.Add(new byte[1000]);"), Stopped + @"it allocated more than 64 MB.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB of a sequence", Later("return Enumerable.Range(0, 500_000_000).ToArray().Length > 0;"), Stopped + @"it asked for more memory.*at=recipes/bad\.csx\(2,\d+\)"),
        new("2 GB at the top", "var all = new List<object>(); while (true) all.Add(new byte[1000]);", @"recipes/bad\.csx\(1,\d+\): error: .*allocated more than 64 MB"),
        new("kept, 5 MB a scan", "var kept = new List<byte[]>();\n" + Later("var a = new byte[5_000_000]; Array.Fill(a, (byte)1); kept.Add(a); return true;"), Stopped + "the host keeps .*allocated most of late"),
        new("kept, 50 MB a scan", "var kept = new List<byte[]>();\n" + Later("var a = new byte[50_000_000]; Array.Fill(a, (byte)1); kept.Add(a); return true;"), Stopped + "(the host keeps|it asked for more)"),
    ];
}
