namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>Values and times of notifications from a real server.</summary>
[Trait("Needs", "Server")]
public sealed class NotificationTests(PostgresFixture shared) : ListenerTestBase(shared)
{
    [SkippableTheory]
    [InlineData("""{"id_sensor":1,"valor":100.0,"tiempo_sensor":"2025-01-01T10:00:00"}""", "t0=100@2025-01-01T13:00:00")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":"2025-01-01T10:00:00Z"}""", "t0=1.5@2025-01-01T10:00:00")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":"2025-01-01 10:00:00.123456+01"}""", "t0=1.5@2025-01-01T09:00:00.123456")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":1735725600}""", "t0=1.5@2025-01-01T10:00:00")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":1735725600123}""", "t0=1.5@2025-01-01T10:00:00.123")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":1735725600123456}""", "t0=1.5@2025-01-01T10:00:00.123456")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":"1735725600123456789"}""", "t0=1.5@2025-01-01T10:00:00.1234567")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":"20250101T100000"}""", "t0=1.5@2025-01-01T13:00:00")]
    [InlineData("""{"valor":1.5,"tiempo_sensor":"mañana"}""", "t0=1.5")]
    [InlineData("""{"valor":"12.5"}""", "t0=12.5")]
    [InlineData("""{"valor":null}""", "t0=BAD_DEVICE(the payload contains null)")]
    [InlineData("""{"valor":NaN}""", "t0=BAD_DEVICE(the payload contains NaN or an infinity, which is no value)")]
    [InlineData("""{"valor":[1,2]}""", "t0=[1, 2]")]
    [InlineData("""{"valor":{"a":1}}""", "t0=BAD_TYPE(is an object: the address needs the path of a value in it)")]
    [InlineData("temperatura alta", "t0=BAD_TYPE(the payload is not JSON)")]
    [InlineData("", "t0=BAD_TYPE(the payload is not JSON)")]
    [InlineData("{\"valor\":1", "t0=BAD_TYPE(the payload is not JSON)")]
    public async Task A_notification_becomes_a_scan_with_value_and_time(string payload, string expected)
    {
        await using var driver = await ListenerFixture.ConnectAsync(Listen(), Folder, $"{Channel} : valor");
        Notify(payload);
        Assert.Equal(expected, await driver.NextAsync());
    }

    [SkippableFact]
    public async Task Payloads_without_a_tag_and_foreign_channels_are_skipped()
    {
        await using var driver = await ListenerFixture.ConnectAsync(Listen(), Folder, $"{Channel} : valor", $"{Channel}_b : valor");
        Notify("""[{"valor":1}]""");
        Notify("""{"otro":1}""");
        Notify("""{"valor":1}""", $"{Channel}_c");
        Notify("""{"valor":2}""", $"{Channel}_b");
        Assert.Equal("t1=2", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task A_payload_has_several_tags_readings_text_and_any_channel_name()
    {
        await using var driver = await ListenerFixture.ConnectAsync(
            Listen(), Folder, $"{Channel} : a", $"{Channel} : b[1]", $"{Channel} \"Ñ\" : r[*].v", $"{Channel}_text");
        Notify("""{"a":1,"b":[2,3]}""");
        Notify("""{"r":[{"v":1,"tiempo_sensor":1},{"v":2}]}""", $"{Channel} \"Ñ\"");
        Notify("7", $"{Channel}_text");
        Assert.Equal(["t0=1 t1=3", "t2=1", "t2=2", "t3=7"], await driver.TakeAsync(4));
    }

    [SkippableFact]
    public async Task The_longest_payload_of_PostgreSQL_is_read()
    {
        await using var driver = await ListenerFixture.ConnectAsync(Listen(), Folder, $"{Channel} : valor");
        Notify($$"""{"relleno":"{{new string('x', 7999 - 25)}}","valor":42}""");
        Assert.Equal("t0=42", await driver.NextAsync());
        Notify($$"""{"relleno":"{{new string('ñ', 3970)}}","valor":43}""");
        Assert.Equal("t0=43", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task Equal_payloads_of_one_transaction_are_merged_by_PostgreSQL()
    {
        await using var driver = await ListenerFixture.ConnectAsync(Listen(), Folder, $"{Channel} : valor");
        Run($$"""
            BEGIN;
            SELECT pg_notify('{{Channel}}', '{"valor":1}'), pg_notify('{{Channel}}', '{"valor":2}'), pg_notify('{{Channel}}', '{"valor":1}');
            COMMIT;
            """);
        Notify("""{"valor":1}""");
        Assert.Equal(["t0=1", "t0=2", "t0=1"], await driver.TakeAsync(3));
    }

    [SkippableFact]
    public async Task A_reader_that_is_prepared_later_listens_to_its_channel_too()
    {
        await using var driver = await ListenerFixture.ConnectAsync(Listen(), Folder, $"{Channel} : valor");
        driver.Driver.Prepare([new Contracts.TagDefinition("later", $"{Channel}_later : valor")]);
        Notify("""{"valor":1}""");
        Assert.Equal("t0=1", await driver.NextAsync());
        Assert.Equal([["1"]], Query($"SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN %{Channel}_later%'"));
    }
}
