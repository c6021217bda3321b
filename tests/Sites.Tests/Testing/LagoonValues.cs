using System.Buffers.Binary;
using System.Text;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>Creates the content of data block 10 of the lagoon's CPU from one number.</summary>
internal static class LagoonValues
{
    public const int Block = 10;

    /// <summary>Returns the bytes and the expected tags of a payload, scaled; from n = 4 on the level is out of its range.</summary>
    public static (byte[] Bytes, string Tags) From(int n)
    {
        var level = 2.5f + (n * 0.5f);
        var bytes = new byte[76];
        var reals = new (int At, float Value)[]
        {
            (0, level), (4, 3.25f), (8, 24.1f), (12, 7.2f), (20, 0.5f), (24, 120f), (28, 900.5f), (48, 33.3f), (52, 0f),
        };
        foreach (var (at, value) in reals) BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(at), value);
        foreach (var (at, value) in new (int, short)[] { (16, -650), (18, 75), (36, 1250), (38, 2000) })
            BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(at), value);
        foreach (var (at, value) in new (int, uint)[] { (32, 4_000_000_000), (40, 12_345), (44, (uint)n) })
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);
        bytes[56] = 0b0_0101;
        // STRING[16]: its greatest and its real length, then its characters in Latin-1.
        const string Mode = "automático";
        (bytes[58], bytes[59]) = (16, (byte)Mode.Length);
        Encoding.Latin1.GetBytes(Mode, bytes.AsSpan(60));
        return (bytes, $$"""
            {"level_lagoon":{{(level <= 4 ? level : "null")}},"level_intake":3.25,"temperature_water":24.1,
            "ph":7.2,"redox":-650,"chlorine":0.75,"turbidity":0.5,
            "flow_intake":120,"flow_recirculation":900.5,"volume_intake":4000000000,"pressure_filter_1":1.25,"pressure_filter_2":2,
            "pump_1_hours":12345,"pump_2_hours":{{n}},"pump_1_current":33.3,"pump_2_current":0,"pump_1_running":true,"pump_2_running":false,
            "valve_intake":true,"valve_backwash":false,"alarm":false,"mode":"automático"}
            """.ReplaceLineEndings(""));
    }
}
