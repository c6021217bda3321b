using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Engine.Devices.Writes;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>The chain of the audit log: what it proves, and what it survives.</summary>
public sealed class AuditChainTests : IDisposable
{
    private readonly TemporaryFolder _site = new();

    private string Log => AuditChain.PathOf(_site.Path);

    [Fact]
    public void Every_changed_removed_or_inserted_line_is_found_where_it_is()
    {
        Append(10);
        var intact = File.ReadAllLines(Log);
        Assert.Null(Verify().Problem);
        for (var i = 0; i < intact.Length - 1; i++)
        {
            var changed = (string[])intact.Clone();
            changed[i] = changed[i].Replace("\"n\":", "\"n\":1", StringComparison.Ordinal);
            Expect(changed, i + 2);
            Expect([.. intact[..i], .. intact[(i + 1)..]], i == 0 ? null : i + 1);
            Expect([.. intact[..(i + 1)], "{\"n\":99}", .. intact[(i + 1)..]], i + 3);
        }

        void Expect(string[] lines, int? line)
        {
            File.WriteAllText(Log, string.Join('\n', lines) + "\n");
            var found = Verify();
            if (line is null) Assert.Contains("older files are gone", Assert.Single(found.Notes), StringComparison.Ordinal);
            else Assert.StartsWith($"audit.jsonl:{line}: does not fit", found.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lines_that_were_removed_at_the_end_are_found_by_the_hash_that_was_kept()
    {
        Append(10);
        var kept = Verify().Last;
        Append(5);
        Assert.Null(Verify(kept).Problem);
        File.WriteAllLines(Log, File.ReadAllLines(Log)[..9]);
        Assert.Null(Verify().Problem);
        Assert.Contains($"no line has the hash {kept}", Verify(kept).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_chain_goes_on_over_full_files_and_misses_one_that_is_taken_out()
    {
        for (var i = 0; i < 50; i++) Append(1, maxSize: 500);
        var found = Verify();
        Assert.Null(found.Problem);
        Assert.Equal(50, found.Lines);
        Assert.True(found.Files > 5, $"{found.Files} files");
        File.Delete(Path.ChangeExtension(Log, ".2.jsonl"));
        Assert.StartsWith("audit.1.jsonl:1: does not fit", Verify().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_last_line_is_named_and_the_chain_goes_on_behind_it()
    {
        Append(5);
        using (var file = new FileStream(Log, FileMode.Open)) file.SetLength(file.Length - 30);
        var torn = Verify();
        Assert.Null(torn.Problem);
        Assert.StartsWith("audit.jsonl:5: the line is incomplete", Assert.Single(torn.Notes), StringComparison.Ordinal);
        Append(5);
        var found = Verify();
        Assert.Null(found.Problem);
        Assert.Equal(10, found.Lines);
        Assert.StartsWith("audit.jsonl:5: the line names no hash", Assert.Single(found.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_a_version_without_a_chain_stays_readable()
    {
        Directory.CreateDirectory(_site.Of("logs"));
        File.WriteAllText(Log, "{\"who\":\"a\"}\n{\"who\":\"b\",\"value\":\",\\\"prev\\\":\\\"x\\\"\"}\n");
        Append(3);
        var found = Verify();
        Assert.Null(found.Problem);
        Assert.Equal((5, 2), (found.Lines, found.Unchained));
    }

    [Fact]
    public async Task Several_writers_make_one_chain()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var file = new AuditFile(_site.Path, long.MaxValue, 10);
            for (var i = 0; i < 25; i++) file.Append([Line(i)]);
        })));
        var found = Verify();
        Assert.Null(found.Problem);
        Assert.Equal(100, found.Lines);
    }

    [Fact]
    public void A_log_that_was_moved_away_is_continued_in_a_new_file()
    {
        using var file = new AuditFile(_site.Path, long.MaxValue, 10);
        file.Append([Line(1)]);
        File.Move(Log, Path.ChangeExtension(Log, ".1.jsonl"));
        file.Append([Line(2)]);
        var found = Verify();
        Assert.Null(found.Problem);
        Assert.Equal((2, 2), (found.Lines, found.Files));
    }

    public void Dispose() => _site.Dispose();

    private static byte[] Line(int number) => Encoding.UTF8.GetBytes($"{{\"n\":{number}}}\n");

    private void Append(int count, long maxSize = long.MaxValue)
    {
        using var file = new AuditFile(_site.Path, maxSize, 100);
        file.Append(Enumerable.Range(0, count).Select(Line));
    }

    private AuditVerification Verify(string? expected = null)
    {
        var verification = new AuditVerification(_site.Path, expected);
        verification.Run();
        return verification;
    }
}
