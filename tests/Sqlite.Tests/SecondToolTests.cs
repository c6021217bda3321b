using System.Diagnostics;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>Reads the file with Debian's <c>sqlite3</c>, another build of another version, while the sink has it open.</summary>
[Trait("Needs", "Server")]
public sealed class SecondToolTests : SqliteTestBase
{
    [SkippableFact]
    public async Task Another_program_reads_the_file_while_it_is_open()
    {
        await using var sink = await ConnectAsync(new SqliteOptions { Path = "plant.db", Table = "press" });
        var batch = Batches.Of(
            1, ("a", 1.5, Quality.Good), ("b", 0.1f, Quality.Stale), ("c", ulong.MaxValue, Quality.Good), ("d", "°C", Quality.Good),
            ("e", double.NaN, Quality.Good), ("f", Value.Null, Quality.BadRange), ("g", 1.0, Quality.Good), ("h", true, Quality.Good));
        batch.Add(Batches.Start, "press", """{"ts":1}"""u8);
        await sink.WriteAsync(batch, default);

        Assert.Equal(
            """
            2026-11-21T08:00:00.123Z|press-hall|press|a|1.5||GOOD|bar|real
            2026-11-21T08:00:00.123Z|press-hall|press|b|0.1||STALE|bar|real
            2026-11-21T08:00:00.123Z|press-hall|press|c|1.84467440737096e+19|18446744073709551615|GOOD|bar|real
            2026-11-21T08:00:00.123Z|press-hall|press|d||°C|GOOD|bar|null
            2026-11-21T08:00:00.123Z|press-hall|press|e||NaN|GOOD|bar|null
            2026-11-21T08:00:00.123Z|press-hall|press|f|||BAD_RANGE|bar|null
            2026-11-21T08:00:00.123Z|press-hall|press|g|1.0||GOOD|bar|real
            2026-11-21T08:00:00.123Z|press-hall|press|h|1||GOOD|bar|integer
            """,
            await AskAsync("SELECT *, typeof(value) FROM press ORDER BY rowid"));
        Assert.Equal("2026-11-21T08:00:00.123Z|press-hall|press|{\"ts\":1}", await AskAsync("SELECT * FROM records"));
        Assert.Equal("1795248000.123", await AskAsync("SELECT round((julianday(time) - 2440587.5) * 86400, 3) FROM records"));
        Assert.Equal("ok", await AskAsync("PRAGMA integrity_check"));

        await AskAsync("INSERT INTO press SELECT * FROM press WHERE tag = 'a'");
        await sink.WriteAsync(Batches.Counting(2, 0, 1), default);
        Assert.Equal("10", await AskAsync("SELECT count(*) FROM press"));
    }

    private async Task<string> AskAsync(string sql)
    {
        var start = new ProcessStartInfo("sqlite3", ["-batch", FilePath, sql])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "no sqlite3 here: install Debian's package sqlite3");
        }

        using (process)
        {
            var errors = process!.StandardError.ReadToEndAsync();
            var answer = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await errors);
            return answer.TrimEnd().ReplaceLineEndings("\n");
        }
    }
}
