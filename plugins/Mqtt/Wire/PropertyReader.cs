using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// Reads the properties of a packet in order (MQTT 5.0, section 2.2.2): a length, then an identifier and a value each. A property that is
/// not allowed in the packet, or that occurs twice without being repeatable, throws a FrameException.
/// </summary>
internal ref struct PropertyReader
{
    private static readonly ulong s_repeatable = Bit(PropertyId.UserProperty) | Bit(PropertyId.SubscriptionIdentifier);

    private readonly ulong _allowed;
    private PacketReader _part;
    private ReadOnlySpan<byte> _text;
    private ulong _seen;

    /// <param name="packet">A reader at the properties; it is moved behind them.</param>
    /// <param name="allowed">The properties that may occur in the packet.</param>
    public PropertyReader(ref PacketReader packet, params ReadOnlySpan<PropertyId> allowed)
    {
        foreach (var id in allowed) _allowed |= Bit(id);
        _part = packet.ReadPart(packet.ReadVariableInteger());
    }

    /// <summary>Value of the property that was read last, if it is a number.</summary>
    public uint Number { get; private set; }

    /// <summary>Value of the property that was read last, if it is a text; allocates a string.</summary>
    public readonly string Text => Encoding.UTF8.GetString(_text);

    /// <summary>Reads the next property. Returns false at the end.</summary>
    public bool TryRead(out PropertyId id)
    {
        id = default;
        if (_part.AtEnd) return false;
        id = (PropertyId)_part.ReadByte();
        if ((byte)id > 0x2A || (_allowed & Bit(id)) == 0)
            throw _part.Malformed($"a packet with property 0x{(byte)id:X2}, which is not allowed there");
        if ((_seen & Bit(id) & ~s_repeatable) != 0) throw _part.Malformed($"a packet with property 0x{(byte)id:X2} twice");
        _seen |= Bit(id);
        ReadValue(id);
        return true;
    }

    private static ulong Bit(PropertyId id) => 1UL << (byte)id;

    private void ReadValue(PropertyId id)
    {
        switch (id)
        {
            case PropertyId.SessionExpiryInterval or PropertyId.MaximumPacketSize or PropertyId.MessageExpiryInterval:
                Number = _part.ReadUInt32();
                break;
            case PropertyId.ServerKeepAlive or PropertyId.ReceiveMaximum or PropertyId.TopicAliasMaximum or PropertyId.TopicAlias:
                Number = _part.ReadUInt16();
                break;
            case PropertyId.SubscriptionIdentifier:
                Number = (uint)_part.ReadVariableInteger();
                break;
            case PropertyId.AuthenticationData or PropertyId.CorrelationData:
                _part.ReadBinary();
                break;
            case PropertyId.UserProperty:
                _part.ReadUtf8();
                _part.ReadUtf8();
                break;
            case PropertyId.MaximumQoS or PropertyId.RetainAvailable or PropertyId.WildcardSubscriptionAvailable
                or PropertyId.SubscriptionIdentifierAvailable or PropertyId.SharedSubscriptionAvailable
                or PropertyId.PayloadFormatIndicator:
                Number = _part.ReadByte();
                if (Number > 1) throw _part.Malformed($"a packet whose property 0x{(byte)id:X2} is {Number}, expected 0 or 1");
                break;
            default:
                _text = _part.ReadUtf8();
                break;
        }

        if (Number == 0 && id is PropertyId.ReceiveMaximum or PropertyId.MaximumPacketSize or PropertyId.SubscriptionIdentifier)
            throw _part.Malformed($"a packet whose property 0x{(byte)id:X2} is 0");
    }
}
