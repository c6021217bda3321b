namespace PlantRuntime.Wire.Tests;

public class RequestTableTests
{
    [Fact]
    public void Each_reply_is_known_for_what_it_is()
    {
        var table = new RequestTable();
        var early = table.Issue(7);
        table.AbandonOutstanding();
        var now = table.Issue(8);

        Assert.Equal(ReplyKind.Late, table.Match(early, out var request));
        Assert.Equal(-1, request);
        Assert.Equal(ReplyKind.Expected, table.Match(now, out request));
        Assert.Equal(8, request);
        Assert.Equal(ReplyKind.Duplicate, table.Match(now, out _));
        Assert.Equal(ReplyKind.Duplicate, table.Match(early, out _));
        Assert.Equal(ReplyKind.Foreign, table.Match(9999, out _));
        Assert.Equal(ReplyKind.Foreign, table.Match(0, out _));
        Assert.Equal((1, 2, 2, 0), (table.LateCount, table.DuplicateCount, table.ForeignCount, table.Outstanding));
    }

    [Fact]
    public void Ids_rise_and_wrap_past_zero()
    {
        var table = new RequestTable();
        var ids = new List<ushort>();
        for (var i = 0; i < 65537; i++)
        {
            ids.Add(table.Issue(i));
            Assert.Equal(ReplyKind.Expected, table.Match(ids[^1], out var request));
            Assert.Equal(i, request);
        }

        Assert.Equal((1, 65535, 1, 2), (ids[0], ids[65534], ids[65535], ids[65536]));
    }

    [Fact]
    public void What_is_forgotten_is_foreign_not_anothers()
    {
        var table = new RequestTable(memory: 4);
        var old = table.Issue(1);
        table.AbandonOutstanding();
        for (var i = 0; i < 4; i++) table.Issue(10 + i);

        Assert.Equal(ReplyKind.Foreign, table.Match(old, out _));
        Assert.Throws<InvalidOperationException>(() => table.Issue(99));
    }
}
