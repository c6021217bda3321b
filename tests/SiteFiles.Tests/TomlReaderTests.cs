using System.Text;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.SiteFiles.Tests;

public sealed class TomlReaderTests
{
    [Fact]
    public void Every_key_and_value_knows_its_place()
    {
        var (root, problems) = Read("a = 1\r\n[press]\r\n  host = \"çé\" # ü\r\n  tags.x = { address = 'DB1', r = [ 1,\n 2.5] }\n");
        Assert.Empty(problems);
        var press = root.Find("press")!;
        Assert.Equal((2, 2), Place(press.KeyAt));
        Assert.Equal((2, 1), Place(press.Value.At));
        var host = ((TomlTable)press.Value).Find("host")!;
        Assert.Equal((3, 3), Place(host.KeyAt));
        Assert.Equal((3, 10), Place(host.Value.At));
        Assert.Equal((3, 12), Place(((TomlString)host.Value).LocationOf(2)));
        var x = (TomlTable)((TomlTable)((TomlTable)press.Value).Find("tags")!.Value).Find("x")!.Value;
        Assert.Equal((4, 25), Place(((TomlString)x.Find("address")!.Value).TextAt));
        Assert.Equal((5, 2), Place(((TomlArray)x.Find("r")!.Value).Items[1].At));
    }

    [Theory]
    [InlineData("a = yes", "1:5: expected a value, found yes: text stands in quotes, \"yes\"")]
    [InlineData("a = True", "1:5: expected a value, found True: write true")]
    [InlineData("a = ", "1:5: expected a value, found the end of the file: text stands in quotes")]
    [InlineData("a 1", "1:3: expected = after the key a, found '1'")]
    [InlineData("ação = 1", "1:2: expected = after the key a, found 'ç'")]
    [InlineData("é = 1", "1:1: 'é' must be quoted in a key: bare keys have only letters A to Z, digits, _ and -")]
    [InlineData("a = \"x", "1:5: the string has no end: expected \" before the end of the file")]
    [InlineData("a = \"C:\\plant\"", "1:8: unknown escape \\ before 'p': expected one of "
        + "\\b \\t \\n \\f \\r \\e \\\" \\\\ \\xHH \\uXXXX \\UXXXXXXXX; in '…' a backslash is a backslash")]
    [InlineData("a = \"\\u12\"", "1:6: expected 4 hexadecimal digits after \\u, found 2")]
    [InlineData("a = \"\\uD800\"", "1:6: U+D800 is no Unicode character: expected 0000 to D7FF or E000 to 10FFFF")]
    [InlineData("a = 08", "1:5: a number may not begin with 0: 08")]
    [InlineData("a = 1__0", "1:5: 1__0 is no number: expected one such as 42, -7, 0x1F, 1_000, 3.14 or 5e+22")]
    [InlineData("a = 10.0.0.1",
        "1:5: 10.0.0.1 is no number: expected one such as 42, -7, 0x1F, 1_000, 3.14 or 5e+22; text stands in quotes, \"10.0.0.1\"")]
    [InlineData("a = 0b2", "1:5: 0b2 is no number: expected digits of base 2 after 0b, with single _ between them")]
    [InlineData("a = 9223372036854775808", "1:5: 9223372036854775808 does not fit into 64 bits")]
    [InlineData("a = 1e400", "1:5: 1e400 is too large for a float of 64 bits")]
    [InlineData("a = 2026-02-30",
        "1:5: 2026-02-30 is no date or time: expected 2026-11-21, 08:30:00, 2026-11-21T08:30:00 or 2026-11-21T08:30:00-03:00")]
    [InlineData("a = 1\na = 2", "2:1: a is defined twice: first in line 1, as an integer")]
    [InlineData("[p]\n[p]", "2:2: p is defined twice: first in line 1, as a table")]
    [InlineData("p = {}\n[p.q]", "2:2: p cannot be added to: it is a table that line 1 defines")]
    [InlineData("[p", "1:3: expected ] after the table's name, found the end of the file")]
    [InlineData("a = {b = 1 c = 2}", "1:12: expected , or } in the table of column 5, found 'c'")]
    [InlineData("a = {b = 1,,}", "1:12: expected a key, found ','")]
    [InlineData("a = {b = 1\nc = 2\n", "2:1: expected , or } in the table of line 1, found 'c'")]
    [InlineData("a = {b = 1\nc = 2,\n}\nd = 1", "2:1: expected , or } in the table of line 1, found 'c'")]
    [InlineData("a = {b = 1\n[p]\nc = 2\n", "2:1: expected , or } in the table of line 1, found '['")]
    [InlineData("a = \"\\x4\"", "1:6: expected 2 hexadecimal digits after \\x, found 1")]
    [InlineData("a = \"\\UFFFFFFFF\"", "1:6: U+FFFFFFFF is no Unicode character: expected 0000 to D7FF or E000 to 10FFFF")]
    [InlineData("a = \"\\\tb\"", "1:6: unknown escape \\ before the control character U+0009: expected one of "
        + "\\b \\t \\n \\f \\r \\e \\\" \\\\ \\xHH \\uXXXX \\UXXXXXXXX; in '…' a backslash is a backslash")]
    [InlineData("a = \"b \\\nc\"\nd = 1", "1:5: the string has no end: expected \" before the end of the line",
        "2:2: expected = after the key c, found '\"'")]
    [InlineData("a = \"b\u0001\" # c\u0002", "1:7: a string may not hold the control character U+0001 as it is",
        "1:13: a comment may not hold the control character U+0002")]
    [InlineData("a = \"\"\"\nb = 1\n", "1:5: the string has no end: expected \"\"\" before the end of the file")]
    [InlineData("a = -0x1F", "1:5: a number with 0x, 0o or 0b has no sign: -0x1F")]
    [InlineData("a = 0xFFFFFFFFFFFFFFFF", "1:5: 0xFFFFFFFFFFFFFFFF does not fit into 64 bits")]
    [InlineData("a = 23:59:60",
        "1:5: 23:59:60 is no date or time: expected 2026-11-21, 08:30:00, 2026-11-21T08:30:00 or 2026-11-21T08:30:00-03:00")]
    [InlineData("a = 1\rb = 2", "1:6: expected the end of the line after the value, found the control character U+000D")]
    [InlineData("[[a]]]", "1:6: expected the end of the line after the header, found ']'")]
    [InlineData("[[a]", "1:5: expected ]] after the table's name, found the end of the file")]
    [InlineData("[a]]", "1:4: expected the end of the line after the header, found ']'")]
    [InlineData("a = 1 b = 2", "1:7: expected the end of the line after the value, found 'b'")]
    public void An_error_says_what_was_expected(string toml, params string[] expected) =>
        Assert.Equal(expected, Read(toml).Problems.Select(p => $"{p.At.Line}:{p.At.Column}: {p.Message}"));

    [Fact]
    public void All_errors_of_a_file_are_told_and_no_error_makes_another()
    {
        var (root, problems) = Read("""
            a = [1, 2 3,
              4,
              "x",
            ]
            b = yes
            c = [
              1,
              2
            d = 5
            [broken
            e = ?
            [site]
            name = 'x
            ok = 1
            """);
        Assert.Equal([(1, 11), (5, 5), (9, 1), (10, 8), (11, 5), (13, 8)], problems.Select(p => Place(p.At)));
        Assert.Equal(5, ((TomlInteger)root.Find("d")!.Value).Value);
        Assert.Equal(1, ((TomlInteger)((TomlTable)root.Find("site")!.Value).Find("ok")!.Value).Value);
    }

    [Fact]
    public void A_missing_comma_in_a_table_of_several_lines_is_one_error()
    {
        var (root, problems) = Read("""
            reconnect = {
              first = "5s"   # }
              max = "60s",
              names = [ "]", 'a' ],
            }
            ok = 1
            tls = {
              ca = "x",
              key = ?,
            }
            last = 2
            """);
        Assert.Equal([(3, 3), (9, 9)], problems.Select(p => Place(p.At)));
        Assert.Equal([1L, 2L], new[] { "ok", "last" }.Select(key => ((TomlInteger)root.Find(key)!.Value).Value));
    }

    [Fact]
    public void Toml_1_1_is_read()
    {
        var (root, problems) = Read("a = {\r\n  b = \"\\e\\x41\", # c\r\n  c.d = 07:32,\r\n}\r\n");
        Assert.Empty(problems);
        var a = (TomlTable)root.Find("a")!.Value;
        Assert.Equal("\u001BA", ((TomlString)a.Find("b")!.Value).Text);
        Assert.Equal(new TimeSpan(7, 32, 0), ((TomlDateTime)((TomlTable)a.Find("c")!.Value).Find("d")!.Value).Value.TimeOfDay);
    }

    [Theory]
    [InlineData("0x00000000000000000000001F", 31)]
    [InlineData("0o0000000000000000000000000_7", 7)]
    [InlineData("0o777777777777777777777", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void An_integer_of_64_bits_may_have_any_number_of_leading_zeros(string number, long expected)
    {
        var (root, problems) = Read($"a = {number}");
        Assert.Empty(problems);
        Assert.Equal(expected, ((TomlInteger)root.Find("a")!.Value).Value);
    }

    [Theory]
    [InlineData(16_300)]
    [InlineData(16_384)]
    [InlineData(40_000)]
    [InlineData(70_000)]
    public void Tokens_that_cross_the_pieces_that_the_lexer_gets_are_whole(int length)
    {
        // Every token of the line is moved over the end of the first piece.
        for (var shift = 0; shift < 64; shift++)
        {
            var text = new string('x', length);
            var (root, problems) = Read($"#{new string(' ', 16_300 - 16 + shift)}\r\n"
                + $"a = [ 1979-05-27 07:32:00Z, '🏭', \"\\u00e9\", \"\"\"\r\n{text}\\t\"\"\", 12_000 ]\r\nb=1");
            Assert.Empty(problems);
            var items = ((TomlArray)root.Find("a")!.Value).Items;
            Assert.Equal(["🏭", "é", $"{text}\t"], items.OfType<TomlString>().Select(s => s.Text));
            Assert.Equal(12_000, ((TomlInteger)items[^1]).Value);
            Assert.Equal((4, 3), Place(root.Find("b")!.Value.At));
        }
    }

    [Fact]
    public void A_replacement_character_in_the_file_is_text()
    {
        var (root, problems) = Read("a = '\uFFFD' # \uFFFD\n");
        Assert.Empty(problems);
        Assert.Equal("\uFFFD", ((TomlString)root.Find("a")!.Value).Text);
    }

    [Fact]
    public void Bytes_that_are_not_text_are_an_error_with_their_place()
    {
        var (_, latin1) = Read([.. "a = 1\nb = \"pe"u8, 0xE7, .. "as\"\n"u8]);
        Assert.Equal((2, 8), Place(Assert.Single(latin1).At));
        var (_, utf16) = Read(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("a = 1")).ToArray());
        Assert.Contains("UTF-16", Assert.Single(utf16).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a=")]
    [InlineData("a.")]
    public void Nesting_is_bounded(string nest)
    {
        var (_, problems) = Read("x = 1\n" + (nest == "a." ? "" : "y = ") + string.Concat(Enumerable.Repeat(nest, 100_000)));
        Assert.Contains("at most 64", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_rubbish_costs_no_more_than_its_first_errors()
    {
        var (_, problems) = Read(string.Concat(Enumerable.Repeat("?\n", 100_000)));
        Assert.Equal(TomlReader.MaxProblems, problems.Count);
    }

    [Fact]
    public void An_error_repeats_only_so_much_of_what_it_found()
    {
        var (_, problems) = Read("x = 1" + new string('_', 100_000));
        Assert.InRange(Assert.Single(problems).Message.Length, 100, 700);
    }

    private static (TomlTable Root, IReadOnlyList<Problem> Problems) Read(string toml) => Read(Encoding.UTF8.GetBytes(toml));

    private static (TomlTable Root, IReadOnlyList<Problem> Problems) Read(byte[] utf8)
    {
        var problems = new ProblemList(TomlReader.MaxProblems);
        return (TomlReader.Read(utf8, "site.toml", problems), problems.Items);
    }

    private static (int Line, int Column) Place(SourceLocation at) => (at.Line, at.Column);
}
