namespace PlantRuntime.EtherNetIp.Tests.Testing;

/// <summary>Programs that controllers of the tests run.</summary>
internal static class Programs
{
    public static readonly object[] Udts =
    [
        new { name = "Inner", members = new object[] { new { name = "A", type = "DINT" }, new { name = "B", type = "BOOL" },
            new { name = "C", type = "BOOL" } } },
        new
        {
            name = "Pump",
            members = new object[]
            {
                new { name = "Running", type = "BOOL" }, new { name = "Speed", type = "REAL" }, new { name = "Label", type = "STRING" },
                new { name = "Sub", type = "Inner" }, new { name = "Subs", type = "Inner", dim = 3 },
                    new { name = "Bits", type = "BOOL", dim = 64 },
                new { name = "Small", type = "SINT" }, new { name = "Short", type = "TEXT20" },
            },
        },
    ];

    public static readonly object[] Strings = [new { name = "TEXT20", length = 20 }];

    /// <summary>A tag of each type and shape.</summary>
    public static object AllTypes(string controller, object? model = null, object? faults = null) => new
    {
        controller,
        model = model ?? new { },
        faults = faults ?? new { },
        strings = Strings,
        udts = Udts,
        tags = new object[]
        {
            new { name = "Bool", type = "BOOL", value = true }, new { name = "Sint", type = "SINT", value = -128 },
            new { name = "Int", type = "INT", value = -32768 }, new { name = "Dint", type = "DINT", value = -2147483648 },
            new { name = "Lint", type = "LINT", value = "-9223372036854775808" }, new { name = "Usint", type = "USINT", value = 255 },
            new { name = "Uint", type = "UINT", value = 65535 }, new { name = "Udint", type = "UDINT", value = 4294967295 },
            new { name = "Ulint", type = "ULINT", value = "18446744073709551615" }, new { name = "Real", type = "REAL", value = 123.456 },
            new { name = "Lreal", type = "LREAL", value = 0.1 }, new { name = "Text", type = "STRING", value = "lagoon" },
            new { name = "Short", type = "TEXT20", value = "north" },
            new { name = "Levels", type = "DINT", dims = new[] { 1000 }, value = Enumerable.Range(0, 1000).Select(n => n * 3).ToArray() },
            new { name = "Grid", type = "INT", dims = new[] { 3, 4 }, value = Enumerable.Range(0, 12).ToArray() },
            new { name = "Flags", type = "BOOL", dims = new[] { 96 }, value = Enumerable.Range(0, 96).Select(n => n % 3 == 0).ToArray() },
            new { name = "Texts", type = "STRING", dims = new[] { 60 }, value = Enumerable.Range(0, 60).Select(n => $"text {n}")
                .ToArray() },
            new
            {
                name = "P1", type = "Pump", value = new
                {
                    Running = true, Speed = 49.5, Label = "pump 1", Sub = new { A = 7, B = true }, Small = -3, Short = "s",
                    Subs = new object[] { new { A = 1 }, new { A = 2, C = true }, new { A = 3 } },
                    Bits = Enumerable.Range(0, 64).Select(n => n == 40).ToArray(),
                },
            },
            new { name = "Pumps", type = "Pump", dims = new[] { 3 } },
            new { name = "Program:Main.Step", type = "INT", value = 42 },
            new { name = "Program:Main.Sub", type = "Inner", value = new { A = 5 } },
            new { name = "__hidden", type = "DINT" },
            new { name = "ReadOnly", type = "DINT", value = 1, access = "read_only" },
                new { name = "Secret", type = "DINT", access = "none" },
        },
    };
}
