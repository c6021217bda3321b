using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.TagTables;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>
/// Row 11 of the faults for the two readers of files: only declared problems, each with its place, and memory in step with the input.
/// Time is bounded by construction: no reader goes back further than a line, and past 20 (TOML) or 100 (CSV) problems
/// none is kept.
/// </summary>
public sealed class FuzzTests
{
    private const int Seed = 20261121;
    private const int Inputs = 20_000;

    private static readonly string[] Toml =
    [
        """
        [site]
        name = "press-hall" # the press
        plant_id = 0x1F
        [devices.press]
        driver = "s7"
        poll = "250ms"
        host = '10.0.0.1'
        since = 2026-11-21T08:00:00.5-03:00
        reconnect = { first = "5s", max = "60s", after_failures = 10 }
        text = "\u00e9\t${TENANT} $$ \U0001F3ED"
          [devices.press.tags]
          "pecas boas" = "DB500.DBX0.1"
          corrente = { address = "DB500.DBD2:REAL", unit = "A", scale = 1e-1, range = [0, 1_20.5] }
        [sinks.broker]
        sink = "mqtt"
        password = { env = "MQTT" }
        """,
        "a.b.\"c d\" = [[1, 2], {x = true, y.z = inf}, [\n  '''x''', # c\r\n  \"\"\"y\\\n  z\"\"\",\n]]\n"
            + "[[p]]\nq = 07:32:00\n[p.r]\n[[p]]\nq = 1979-05-27 07:32:00Z\n",
    ];

    private static readonly string[] TomlPieces =
    [
        "\"", "'", "\"\"\"", "'''", "[", "[[", "]", "{", "}", ",", "=", ".", "#", "\n", "\r", "\r\n", "\\", "\\u", "\0", "é", "🏭",
        "_", "0x", "-", "+", "e", "2026-11-21", " 08:00:00", "inf", "true", "[devices.press.tags]\n", "${", "}", "$$", "name = ", "\uFEFF",
    ];

    private static readonly string[] Csv =
    [
        "name,address,type,unit,scale,offset,low,high,description,poll\n"
            + "a,DB1.0,REAL,A,0.1,0,0,120,\"motor \"\"A\"\"\",1s\nb,DB1.4,INT,,,,,,,\n",
        "Name;Address;Low;High\r\na;holding:0;0,5;1,5\r\nb;\"holding:1\";;\r\n",
        "address\tname\nDB1\ta\nDB2\tb\n",
    ];

    private static readonly string[] CsvPieces =
        ["\"", "\"\"", ",", ";", "\t", "\n", "\r", "\r\n", "name", "address", "poll", "0,1", "1e9", "NaN", "\0", "é", "\uFEFF", " "];

    [Fact]
    public void Mutated_toml_makes_problems_and_nothing_else()
    {
        // The whole way, from bytes to the model, over whatever the reader could save.
        Run(new Mutations(Seed, Toml, TomlPieces), "site.toml", bytes =>
        {
            var (model, problems) = SiteFile.Read(bytes, "/nowhere", name => name == "TENANT" ? "acme" : null);
            Assert.True(model is null == problems.Count > 0, $"{(model is null ? "no" : "a")} model with {problems.Count} problems");
            return problems;
        });
    }

    [Fact]
    public void Mutated_toml_costs_memory_in_step_with_the_input() =>
        AssertAllocation(new Mutations(Seed + 1, Toml, TomlPieces), bytes =>
            TomlReader.Read(bytes, "site.toml", new ProblemList(TomlReader.MaxProblems)));

    [Fact]
    public void Mutated_csv_makes_problems_and_nothing_else()
    {
        Run(new Mutations(Seed + 2, Csv, CsvPieces), "press.csv", bytes =>
        {
            var problems = new ProblemList(TagTable.MaxProblems);
            Read(bytes, problems);
            return problems.Items;
        });
    }

    [Fact]
    public void Mutated_csv_costs_memory_in_step_with_the_input() =>
        AssertAllocation(new Mutations(Seed + 3, Csv, CsvPieces), bytes =>
            Read(bytes, new ProblemList(TagTable.MaxProblems)));

    // A tree costs more than its text: the densest are numbers of one digit, 2 bytes for an object with its place.
    [Theory]
    [InlineData("x = [", "{},", "]")]
    [InlineData("x = [", "1,", "]")]
    [InlineData("x = [", "[],", "]")]
    [InlineData("", "[[x]]\n", "")]
    [InlineData("", "?\n", "")]
    [InlineData("x = \"", "${", "\"")]
    [InlineData("x = \"", "\\q", "\"")]
    [InlineData("x = \"\"\"", "\\q\n", "")]
    [InlineData("x = \"", "\n", "")]
    [InlineData("x = 1", "_", "")]
    [InlineData("# ", "\u0001", "")]
    [InlineData("x = '", "\u0001", "'")]
    [InlineData("x = '", "\uFFFD", "'")]
    [InlineData("x = ['", "\n", "")]
    public void The_densest_toml_costs_at_most_64_times_its_size(string head, string piece, string tail) =>
        AssertDense(head, piece, tail, bytes => TomlReader.Read(bytes, "site.toml", new ProblemList()), 64);

    // The densest are rows of 4 bytes, each a tag.
    [Theory]
    [InlineData("name,address\n", "a,b\n", "")]
    [InlineData("name,address\n", ",\n", "")]
    [InlineData("name,address\n\"", "\"\"", "")]
    [InlineData("name,address\n", ",", "")]
    public void The_densest_csv_costs_at_most_160_times_its_size(string head, string piece, string tail) =>
        AssertDense(head, piece, tail, bytes => Read(bytes, new ProblemList(TagTable.MaxProblems)), 160);

    private static List<TagModel> Read(byte[] bytes, ProblemList problems) =>
        TagTable.Read(bytes, "press.csv", problems, new ProblemList(TagTable.MaxProblems));

    private static void Run(Mutations mutations, string file, Func<byte[], IReadOnlyList<Problem>> read)
    {
        for (var i = 0; i < Inputs; i++)
        {
            var bytes = mutations.Next();
            try
            {
                foreach (var problem in read(bytes))
                {
                    Assert.True(problem.At is { Line: > 0, Column: > 0 } && problem.At.File == file, problem.ToString());
                }
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, input {i}: {error}\n{Encoding.Latin1.GetString(bytes)}");
            }
        }
    }

    private static void AssertAllocation(Mutations mutations, Action<byte[]> read)
    {
        var inputs = Enumerable.Range(0, Inputs).Select(_ => mutations.Next()).ToArray();
        read(inputs[0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var input in inputs) read(input);
        var average = (GC.GetAllocatedBytesForCurrentThread() - before) / Inputs;
        var bound = (2 * (long)inputs.Average(i => i.Length)) + (16 * 1024);
        Assert.True(average <= bound, $"seed {Seed}: {average} bytes a document, the bound is {bound}");
    }

    private static void AssertDense(string head, string piece, string tail, Action<byte[]> read, long times)
    {
        var bytes = Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Repeat(piece, 200_000)) + tail);
        var limit = (times * bytes.Length) + (64 * 1024);
        var allocated = AllocationMeter.ThreadBytes(limit, () => read(bytes));
        Assert.True(allocated <= limit, $"{allocated} bytes for {bytes.Length}");
    }
}
