using System.Text.RegularExpressions;

namespace PlantRuntime.Postgres.Tests;

/// <summary>The view of the README that makes one row of the start and the end of an event.</summary>
[Trait("Needs", "Server")]
public sealed partial class EventViewTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    [SkippableFact]
    public async Task Start_and_end_are_one_row_which_is_there_while_the_event_is_open()
    {
        await using var sink = await ConnectAsync();
        var readme = await File.ReadAllTextAsync(Path.Combine(Root, "plugins/Postgres/README.md"));
        Run(View().Match(readme).Value.Replace("VIEW events", "VIEW $schema.events", StringComparison.Ordinal)
            .Replace("FROM records", "FROM $schema.records", StringComparison.Ordinal));

        await sink.WriteAsync(Payloads(1, Event("s-1", "null", 0, null), Event("t-1", "null", 5, null, "valve_2"), """{"a":1}"""), default);
        Assert.Equal([["valve_1", "0", "", ""], ["valve_2", "5", "", ""]], Events());
        await sink.WriteAsync(Payloads(2, Event("s-1", "null", 0, 10), Event("s-2", "\"s-1\"", 20, null)), default);
        Assert.Equal([["valve_1", "0", "10", "10"], ["valve_1", "20", "", ""], ["valve_2", "5", "", ""]], Events());

        // A kill of the host, after which the open event begins anew.
        await sink.WriteAsync(Payloads(3, Event("s-3", "\"s-1\"", 25, null), Event("s-3", "\"s-1\"", 25, 30)), default);
        Assert.Equal([["valve_1", "0", "10", "10"], ["valve_1", "20", "30", "5"], ["valve_2", "5", "", ""]], Events());
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "PlantRuntime.sln"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }

    private List<string[]> Events() => Query("""
        SELECT tag, extract(epoch FROM start_time)::int, extract(epoch FROM end_time)::int, duration FROM $schema.events ORDER BY tag, start_time
        """);

    private static string Event(string id, string previous, int start, int? end, string tag = "valve_1") => $$"""
        {"event_id":"{{id}}","previous_id":{{previous}},"device":"lagoon","tag":"{{tag}}","start":"1970-01-01T00:00:{{start:00}}Z",
        "end":{{(end is null ? "null" : $"\"1970-01-01T00:00:{end:00}Z\"")}},"duration":{{(end is null ? "null" : $"{end - start}")}}}
        """.ReplaceLineEndings("");

    [GeneratedRegex(@"CREATE VIEW events AS\n[^;]*;")]
    private static partial Regex View();
}
