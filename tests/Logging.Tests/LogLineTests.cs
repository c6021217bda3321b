using System.Globalization;
using System.Text;
using CsCheck;
using PlantRuntime.Conformance;

namespace PlantRuntime.Logging.Tests;

/// <summary>The text of log lines: one event is one line, and every value can be read back from it.</summary>
public sealed class LogLineTests : IDisposable
{
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;

    public LogLineTests() => _log = _lines.Open(new ManualTimeProvider(), LogLevel.Info);

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a=b", "\"a=b\"")]
    [InlineData("say \"no\"", "\"say \\\"no\\\"\"")]
    [InlineData("C:\\x", "\"C:\\\\x\"")]
    [InlineData("1\n2\r3\t4", "\"1\\n2\\r3\\t4\"")]
    [InlineData("\u001b[2J", "\"\\u001B[2J\"")]
    [InlineData("a\u202Eb\u2066\u200F\u2028", "\"a\\u202Eb\\u2066\\u200F\\u2028\"")]
    [InlineData("Grüße 😀", "\"Grüße 😀\"")]
    [InlineData("", "")]
    public void A_value_is_escaped_and_quoted_where_it_must_be(string value, string expected)
    {
        Assert.Equal($"X key={expected} n=1", Line(() => _log.Info($"X key={value} n={1}")));
        var inQuotes = expected.Trim('"').Length == expected.Length ? expected : expected[1..^1];
        Assert.Equal($"X key=\"{inQuotes}\" n=1", Line(() => _log.Warn($"X key=\"{value}\" n={1}")));
    }

    [Fact]
    public void A_value_of_several_parts_gets_one_pair_of_quotes()
    {
        var (device, tag) = ("my press", "a\"b");
        Assert.Equal("X tag=\"my press.a\\\"b\" value=1", Line(() => _log.Info($"X tag={device}.{tag} value={1}")));
        Assert.Equal("X tag=\"plc.a\\\"b\"", Line(() => _log.Info($"X tag={"plc"}.{tag}")));
    }

    [Fact]
    public void Halves_of_surrogate_pairs_are_escaped_and_pairs_stay()
    {
        var text = "a\uD83D b\uDE00\uD83D\uDE00";
        Assert.Equal("X key=\"a\\uD83D b\\uDE00\uD83D\uDE00\"", Line(() => _log.Info($"X key={text}")));
    }

    [Fact]
    public void A_long_value_is_cut_and_the_line_tells_its_length()
    {
        var text = new string('x', 5_000_000);
        var line = Line(() => _log.Info($"X reason=\"{text}\" next=\"{"go on"}\""));
        Assert.Equal($"X reason=\"{text[..LogText.MaxLength]}… (5000000 characters)\" next=\"go on\"", line);
        var controls = new string('\u0001', 5000);
        Assert.InRange(Line(() => _log.Info($"X reason={controls}")).Length, 1000, 1100);
    }

    [Fact]
    public void Numbers_and_times_do_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = german;
        try
        {
            Assert.Equal("X a=1.5 b=2.50s c=\"   7\"", Line(() => _log.Info($"X a={1.5} b={2.5:0.00}s c={7,4}")));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Values_of_a_level_that_is_off_are_not_evaluated()
    {
        var evaluated = 0;
        _log.Debug($"X a={Evaluate()}");
        _log.Write(LogLevel.Debug, $"X a={Evaluate()}");
        _ = LogFields.When(false, $" a={Evaluate()}");
        Assert.Equal(0, evaluated);
        _log.Level = LogLevel.Debug;
        Assert.Equal("X a=1", Line(() => _log.Debug($"X a={Evaluate()}")));

        int Evaluate() => ++evaluated;
    }

    [Fact]
    public void A_value_that_cannot_describe_itself_does_not_lose_the_line()
    {
        var line = Line(() => _log.Error($"BUG in=queue reason=\"{new Undescribable()}\""));
        Assert.StartsWith("BUG in=queue reason=\"(", line, StringComparison.Ordinal);
        Assert.Contains("Undescribable cannot describe itself: System.InvalidOperationException", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_are_escaped_once()
    {
        var reason = "a \"b\"";
        var fields = LogFields.From($" reason={reason}");
        Assert.Equal("X a=1 reason=\"a \\\"b\\\"\" suppressed=3 b=2",
            Line(() => _log.Info($"X a={1}{fields}{LogText.Suppressed(3)}{LogText.Suppressed(0)} b={2}")));
        Assert.Equal("X a=\"1 2\" reason=\"a \\\"b\\\"\"", Line(() => _log.Info($"X a={"1 2"}{fields}")));
        Assert.Equal("X a=1 b=\"2 3\"",
            Line(() => _log.Info($"X{LogFields.Join(new[] { "1", "2 3" }.Select((v, i) => LogFields.From($"{"ab"[i]}={v}")))}")));
    }

    [Fact]
    public void A_line_written_while_a_value_is_evaluated_does_not_mix_with_it()
    {
        Assert.Equal("X a=1 b=2", Line(() => _log.Info($"X a={1} b={Nested()}"), 2));
        Assert.Contains(_lines.All, l => l.EndsWith("Y c=\"3 4\"", StringComparison.Ordinal));

        int Nested()
        {
            var text = "3 4";
            _log.Info($"Y c={text}");
            return 2;
        }
    }

    /// <summary>Any two values can be read back from the line, whatever they are, in quotes and outside.</summary>
    [Fact]
    public void Every_value_can_be_read_back() => Gen.Select(Text, Text).ForAll((a, b) =>
    {
        var fields = LogFields.From($"a={a} b=\"{b}\" c={a}.{b} end=1").ToString();
        Assert.DoesNotContain(fields, char.IsControl);
        var read = LogLineReader.Read(fields);
        Assert.Equal((a, b, $"{a}.{b}", "1"), (read["a"], read["b"], read["c"], read["end"]));
    });

    [Fact]
    public void Sanitized_text_has_no_control_characters_and_stays_as_it_is_when_sanitized_again() => Text.ForAll(text =>
    {
        var safe = LogText.Sanitize(text);
        Assert.DoesNotContain(safe, char.IsControl);
        Assert.Equal(safe, LogText.Sanitize(safe));
        Assert.Equal(safe, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(safe)));
    });

    private static Gen<string> Text { get; } =
        Gen.OneOf(Gen.Char, Gen.Char["ab \"=\\\n\r\t\u001b\u202e\uD83D\uDE00"]).Array[0, 60].Select(c => new string(c));

    private string Line(Action write, int lines = 1)
    {
        var before = _lines.All.Count;
        write();
        SpinWait.SpinUntil(() => _lines.All.Count >= before + lines, TimeSpan.FromSeconds(30));
        return _lines.All[^1][31..];
    }

    private sealed class Undescribable
    {
        public override string ToString() => throw new InvalidOperationException("no");
    }
}
