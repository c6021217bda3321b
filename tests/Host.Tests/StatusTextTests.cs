using System.Text.Json.Nodes;
using PlantRuntime.Host.Cli;

namespace PlantRuntime.Host.Tests;

/// <summary>The text of <c>plant status</c>.</summary>
public class StatusTextTests
{
    [Fact]
    public void Parts_that_do_not_work_come_first_with_complete_reasons_and_next_steps()
    {
        var reason = string.Concat(Enumerable.Repeat("the gateway refuses プレス機 ", 10)) + "(end)";
        var lines = StatusText.Lines(Status(reason), "sites/hall", 60);
        Assert.Equal(
            """
            hall: unhealthy, 1 device not working, 1 recipe not working
            plant 1, version 0.1.0, up 3h, 1.5 MB memory, 2026-09-21 12:00:00 UTC
                the queue is full
                next: records are kept in memory and may be lost: make
                room on the disk or repair it
                the log file /logs/plant.log cannot be written: no space
                next: correct [log] file or PLANT_LOG_FILE, its rights
                or its disk; the plant runs on
                the disk with /logs: it is 95 % full: 7 MB are free
                next: make room on it: when it is full, new records wait
                in memory

            DEVICE  STATE    DRIVER  TAGS  SCANS      FAILED  SKIPPED  CYCLE    LAST SCAN
            saw     Parked   s7      40    123456789  3       0        1.5 ms   -
            """.ReplaceLineEndings("\n"), string.Join('\n', lines.Take(14)));
        Assert.All(lines, line => Assert.True(TerminalText.Width(line) <= 60 || !line.StartsWith("    ", StringComparison.Ordinal), line));
        var wrapped = string.Concat(lines.Where(l => l.StartsWith("    ", StringComparison.Ordinal)).Select(l => l.Trim() + " "));
        Assert.Contains(reason, wrapped, StringComparison.Ordinal);
        Assert.Contains("plant restart sites/hall saw", wrapped, StringComparison.Ordinal);
        Assert.Equal(
            """
            RECIPE          STATE    VERSION  FAULTS  LOST SCANS
            recipes/b.csx   Stopped  2        7       0
                next: correct the file: the recipe starts when it is
                saved
            recipes/\u001B  Running  1        0       0

            QUEUE  WAITING  SIZE  OLDEST  DEAD LETTERS
            store  12       2 KB  5min    1
                next: plant queue sites/hall shows dead letters and
                their reasons
            """.ReplaceLineEndings("\n"), string.Join('\n', lines.TakeLast(10)));
    }

    private static JsonNode Status(string reason)
    {
        var status = JsonNode.Parse("""
            {"site":"hall","plant_id":1,"version":"0.1.0","health":"degraded","ready":"not_ready","time":"2026-09-21T12:00:00Z",
             "uptime_seconds":10800,"memory_bytes":1572864,"site_error":null,"queue_error":"the queue is full",
             "log_error":"the log file /logs/plant.log cannot be written: no space",
             "disks":[{"folder":"/data","warning":null},{"folder":"/logs","warning":"it is 95 % full: 7 MB are free"}],
             "devices":[
              {"name":"press","driver":"s7","state":"Running","healthy":true,"reason":null,"tags":12,"scans":5,"failed":0,"skipped":0,
               "cycle_ms":0.25,"last_scan":"2026-09-21T11:59:58Z"},
              {"name":"saw","driver":"s7","state":"Parked","healthy":false,"tags":40,"scans":123456789,"failed":3,"skipped":0,
               "cycle_ms":1.5,"last_scan":null}],
             "mirrors":[{"name":"press.DB1 > lab.DB1","reason":"no target","copies":0,"unchanged":0,"skips":9,"age_ms":0,"age_p99_ms":0}],
             "sinks":[],
             "recipes":[
              {"file":"recipes/\u001b","state":"Running","healthy":true,"version":1,"reason":null,"faults":0,"lost_scans":0},
              {"file":"recipes/b.csx","state":"Stopped","healthy":false,"version":2,"reason":null,"faults":7,"lost_scans":0}],
             "queue":{"problem":null,"sinks":[{"sink":"store","delivery":"queued","bytes":2048,"oldest_seconds":300,"dead_letters":1,
              "routes":[{"waiting":5},{"waiting":7}]}]}}
            """)!;
        status["devices"]![1]!["reason"] = reason;
        return status;
    }
}
