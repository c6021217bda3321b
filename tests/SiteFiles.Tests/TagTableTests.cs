using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.TagTables;

namespace PlantRuntime.SiteFiles.Tests;

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
        Assert.Equal(new SourceLocation("press.csv", 2, 3), tag.AddressAt);
        Assert.Equal(new SourceLocation("press.csv", 6, 8), tags[1].At);
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
    [InlineData("name,address\na\na,1,2\n", "2:1 the address is missing", "3:5 expected 2 cells as in the header, found 3")]
    [InlineData("name,address,scale\na,1,1,5\n", "2:7 expected 3 cells as in the header, found 4")]
    [InlineData("name;address;scale\na;1;1.000\n", "2:5 scale: \"1.000\" is ambiguous in a table with semicolons: write 1 or 1000")]
    [InlineData("name;address;offset\na;1;-12.345.678\n", "2:5 offset: expected a number")]
    [InlineData("name;address;scale\na;1;1,2,3\n", "2:5 scale: expected a number such as 0.1 or 0,1, found \"1,2,3\"")]
    [InlineData("name\taddress\tscale\na\t1\t23,5\n", "2:5 scale: expected a number such as 0.1, found \"23,5\"")]
    [InlineData("name,address,high\na,1,Infinity\n", "2:5 high: expected a number")]
    [InlineData("name,address,decimal\na,1,point\nb,1,dot\n", "3:5 decimal: expected point, comma or nothing, found \"dot\"")]
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
        var csv = Encoding.UTF8.GetBytes("name,address\n" + string.Concat(Enumerable.Repeat("a,\n", 150)));
        TagTable.Read(csv, "press.csv", problems, new ProblemList());
        var all = new ProblemList();
        all.AddAll(problems);
        Assert.Equal(101, all.Items.Count);
        Assert.EndsWith("more problems in press.csv are not shown", all.Items[^1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sep=;\nname;address;scale;offset\na;DB1;1.234,5;-0.125\n")]
    [InlineData("\"sep=;\"\r\nname;address;scale;offset\r\na;DB1;1234,5;-0,125\r\n")]
    [InlineData("\uFEFFSEP=;\nname;address;scale;offset\na;DB1;1234.5;-.125\n")]
    [InlineData("sep=|\nname|address|scale|offset\na|DB1|1234.5|-0.125\n")]
    public void A_first_line_may_name_the_delimiter(string csv)
    {
        var (tags, problems) = Read(csv);
        Assert.Empty(problems);
        Assert.Equal(("a", "DB1", 1234.5, -0.125), (tags[0].Name, tags[0].Address, tags[0].Scale, tags[0].Offset));
    }

    [Fact]
    public void Tables_of_other_programs_are_read_with_warnings()
    {
        var warnings = new ProblemList();
        var problems = new ProblemList();
        const string Csv = "name;;address;Hmi Visible;scale;Kommentar;\na;x;DB1;True;0,1;links;;\nb;;DB2\nc;;DB3;False;;;;;\n";
        var tags = TagTable.Read(Encoding.UTF8.GetBytes(Csv), "press.csv", problems, warnings);
        Assert.Empty(problems.Items);
        Assert.Equal([("a", "DB1", 0.1), ("b", "DB2", null), ("c", "DB3", null)], tags.Select(t => (t.Name, t.Address, t.Scale)));
        Assert.Collection(
            warnings.Items,
            w => Assert.StartsWith("press.csv:1:15: error: the unknown column \"Hmi Visible\" is ignored: a tag table has name", w.ToString(), StringComparison.Ordinal),
            w => Assert.StartsWith("the unknown column \"Kommentar\" is ignored", w.Message, StringComparison.Ordinal),
            w => Assert.StartsWith("the row has 3 of 7 cells", w.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_misspelt_column_is_ignored_with_a_warning_that_names_the_nearest_one()
    {
        var (problems, warnings) = (new ProblemList(), new ProblemList());
        var tags = TagTable.Read("name,address,scal\na,1,2\n"u8, "press.csv", problems, warnings);
        Assert.Empty(problems.Items);
        Assert.Equal(("a", null), (tags[0].Name, tags[0].Scale));
        Assert.Equal("press.csv:1:14: error: the unknown column \"scal\" is ignored: did you mean \"scale\"?",
            Assert.Single(warnings.Items).ToString());
    }

    [Fact]
    public void A_table_with_too_many_lines_is_refused_before_memory_is_used_for_it()
    {
        var csv = Encoding.UTF8.GetBytes("name,address\n" + string.Concat(Enumerable.Repeat("a,1\n", 600_000)));
        var problems = new ProblemList(TagTable.MaxProblems);
        var used = AllocationMeter.ThreadBytes(100_000, () =>
        {
            problems = new ProblemList(TagTable.MaxProblems);
            Assert.Empty(TagTable.Read(csv, "press.csv", problems, new ProblemList()));
        });
        Assert.InRange(used, 0, 100_000);
        Assert.Equal("the tag table has 600001 lines; expected at most 100001: divide it among several devices", Assert.Single(problems.Items).Message);
    }

    private static (List<TagModel> Tags, IReadOnlyList<Problem> Problems) Read(string csv)
    {
        var problems = new ProblemList(TagTable.MaxProblems);
        return (TagTable.Read(Encoding.UTF8.GetBytes(csv), "press.csv", problems, new ProblemList()), problems.Items);
    }
}
