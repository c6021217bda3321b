using PlantRuntime.Plugins.Postgres.Copy;

namespace PlantRuntime.Postgres.Tests;

public sealed class CopyBufferTests
{
    [Fact]
    public void Rows_look_as_the_documentation_says()
    {
        var rows = new CopyBuffer();
        rows.Begin();
        rows.Row(4);
        rows.Time(new DateTime(2000, 1, 1, 0, 0, 1, DateTimeKind.Utc));
        rows.Float64(1.5);
        rows.Null();
        rows.Text("°C");
        var whole = rows.Length;
        rows.Row(1);
        rows.Bool(true);
        rows.Truncate(whole);
        rows.Row(2);
        rows.Jsonb("{}"u8);
        rows.Int16(-2);
        rows.End();

        Assert.Equal(
            "5047434F50590AFF0D0A00 00000000 00000000 " // signature, flags, extension
            + "0004 00000008 00000000000F4240 00000008 3FF8000000000000 FFFFFFFF 00000003 C2B043 "
            + "0002 00000003 017B7D 00000002 FFFE "
            + "FFFF",
            Spaced(Convert.ToHexString(rows.Written.Span)));
    }

    // Inserts the same spaces as above, so that both are readable side by side.
    private static string Spaced(string hex)
    {
        int[] parts = [22, 8, 8, 4, 8, 16, 8, 16, 8, 8, 6, 4, 8, 6, 8, 4, 4];
        var start = 0;
        return string.Join(' ', parts.Select(length => hex.Substring((start += length) - length, length)));
    }
}
