using System.Text;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Tests.Sites;

public sealed class TagTableTests
{
    [Fact]
    public void A_table_may_have_any_columns_in_any_order()
    {
        var (tags, problems) = Read("\uFEFFUnit,ADDRESS, name ,low,high,poll,description,type\r\n"
            + "A,DB1.0,corrente,0,120.5,250ms,\"motor \"\"A\"\", lado\r\ndireito\",REAL\r\n\r\n,,,,,,,\r\n,DB1.4,conta,,,,,\r\n");
        Assert.Empty(problems);
        Assert.Equal(["corrente", "conta"], tags.Select(t => t.Name));
        var tag = tags[0];
        Assert.Equal(("DB1.0", "REAL", "A", "motor \"A\", lado\r\ndireito"), (tag.Address, tag.Type, tag.Unit, tag.Description));
        Assert.Equal((0, 120.5, TimeSpan.FromMilliseconds(250)), (tag.Low, tag.High, tag.Poll));
        Assert.Equal(new Position("press.csv", 2, 3), tag.AddressAt);
        Assert.Equal(new Position("press.csv", 6, 8), tags[1].At);
        Assert.Null(tags[1].Type);
        Assert.Null(tags[1].Scale);
    }

    [Theory]
    [InlineData("name;address;scale\na;DB1,X0;0,1\n")]
    [InlineData("name;address;scale\na;DB1,X0;0.1\n")]
    [InlineData("name\taddress\tscale\na\tDB1,X0\t0.1\n")]
    [InlineData("name,address,scale\ra,\"DB1,X0\",0.1")]
    public void The_delimiter_is_seen_from_the_header(string csv)
    {
        var (tags, problems) = Read(csv);
        Assert.Empty(problems);
        Assert.Equal(("DB1,X0", 0.1), (tags[0].Address, tags[0].Scale));
    }

    [Theory]
    [InlineData("name,adress\na,1\n", "1:6 unknown column \"adress\": did you mean \"address\"?", "1:1 the column address is missing")]
    [InlineData("name,address,name\na,1,a\n", "1:14 the column name is there twice")]
    [InlineData("name,address\n", "1:1 the tag table has no tags")]
    [InlineData("", "1:1 the tag table is empty")]
    [InlineData("name,address\na,1\na,2\n", "3:1 the tag a is there twice: first in line 2")]
    [InlineData("name,address\n,1\na,\n", "2:1 the name is missing", "3:3 the address is missing")]
    [InlineData("name,address\na\na,1,2\n", "2:1 expected 2 cells as in the header, found 1",
        "3:5 expected 2 cells as in the header, found 3")]
    [InlineData("name,address,scale,offset\na,1,x,\"1,5\"\n", "2:5 scale: expected a number such as 0.1, found \"x\"",
        "2:8 offset: expected a number")]
    [InlineData("name;address;low;high\na;1;9;1,5\n", "2:5 low: low, 9, is greater than high, 1.5")]
    [InlineData("name,address,poll\na,1,100\n", "2:5 poll: expected a duration")]
    [InlineData("name,address\n\"a\"b,1\nc,2\" pipe\nd,\"3\n", "2:4 expected the end of the cell after its closing quote, found 'b'",
        "3:3 a cell that holds a quote must be quoted", "4:3 the quoted cell has no end")]
    public void Problems_have_line_and_column(string csv, params string[] expected)
    {
        var found = Read(csv).Problems.Select(p => $"{p.At.Line}:{p.At.Column} {p.Message}").ToArray();
        Assert.Equal(expected.Length, found.Length);
        foreach (var (e, f) in expected.Zip(found)) Assert.StartsWith(e, f, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_a_hundred_mistakes_says_how_many_more_there_are()
    {
        var problems = new ProblemList(TagTable.MaxProblems);
        TagTable.Read(Encoding.UTF8.GetBytes("name,address\n" + string.Concat(Enumerable.Repeat("a,\n", 150))), "press.csv", problems);
        var all = new ProblemList();
        all.AddAll(problems);
        Assert.Equal(101, all.Items.Count);
        Assert.EndsWith("more problems in press.csv are not shown", all.Items[^1].Message, StringComparison.Ordinal);
    }

    private static (List<TagModel> Tags, IReadOnlyList<Problem> Problems) Read(string csv)
    {
        var problems = new ProblemList(TagTable.MaxProblems);
        return (TagTable.Read(Encoding.UTF8.GetBytes(csv), "press.csv", problems), problems.Items);
    }
}
