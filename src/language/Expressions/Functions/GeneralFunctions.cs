using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Dates;
using Kestra.Expressions.Operators;
using Kestra.Expressions.Values;
using Kestra.Model.Identifiers;
using NodaTime;

namespace Kestra.Expressions.Functions;

/// <summary>Numbers, ranges, the clock, chance, and blocks of the template.</summary>
internal static class GeneralFunctions
{
    private const long KsuidEpoch = 1_400_000_000;
    private const int KsuidLength = 27;

    public static IEnumerable<(string Name, Function Function)> All { get; } =
    [
        ("max", new Function(null, static arguments => Extreme(arguments, 1))),
        ("min", new Function(null, static arguments => Extreme(arguments, -1))),
        ("range", new Function(["start", "end", "increment"], static arguments => Ranges.Of(arguments.Frame, arguments["start"], arguments["end"], arguments.Has("increment") ? arguments["increment"] : 1L))),
        ("now", new Function(["format", "timeZone", "existingFormat", "locale"], Now)),
        ("uuid", new Function([], static arguments => new Guid(RandomUuid(arguments.Frame), bigEndian: true).ToString())),
        ("id", new Function([], static arguments => Base62.Encode(BinaryPrimitives.ReadUInt128BigEndian(RandomUuid(arguments.Frame))))),
        ("ksuid", new Function([], Ksuid)),
        ("randomInt", new Function(["lower", "upper"], RandomInt)),
        ("randomPort", new Function([], static _ => FreePort(), IsOutside: true)),
        ("block", new Function(["name"], Block)),
        ("parent", new Function([], static _ => throw new EvaluationException("Can not use parent function if template does not extend another template."))),
        ("i18n", new Function(["bundle", "key", "params"], static _ => throw new ConversionException("There are no bundles of translations"))),
    ];

    private static object? Extreme(Arguments arguments, int sign)
    {
        object? best = null;
        foreach (var value in arguments.All)
        {
            if (best is null || value is null)
            {
                best ??= value;
            }
            else if (ValueConversion.ToDouble(value).CompareTo(ValueConversion.ToDouble(best)) * sign > 0)
            {
                best = value;
            }
        }

        return best;
    }

    private static string Now(Arguments arguments) =>
        NamedFormats.Format(Moment.Of(Instant.FromDateTimeOffset(arguments.Frame.Options.Time.GetUtcNow()), DateInput.Zone(arguments)), DateInput.Format(arguments), DateInput.Locale(arguments));

    private static byte[] RandomBytes(Frame frame, int count)
    {
        var bytes = new byte[count];
        frame.Options.Random(bytes);
        return bytes;
    }

    private static byte[] RandomUuid(Frame frame)
    {
        var bytes = RandomBytes(frame, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return bytes;
    }

    // Four bytes of seconds and sixteen of chance, in Base62.
    private static string Ksuid(Arguments arguments)
    {
        var bytes = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(arguments.Frame.Options.Time.GetUtcNow().ToUnixTimeSeconds() - KsuidEpoch));
        RandomBytes(arguments.Frame, 16).CopyTo(bytes, 4);
        var number = new System.Numerics.BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        Span<char> text = stackalloc char[KsuidLength];
        for (var index = KsuidLength - 1; index >= 0; index--)
        {
            number = System.Numerics.BigInteger.DivRem(number, 62, out var digit);
            text[index] = Base62.Encode((UInt128)digit)[0];
        }

        return text.ToString();
    }

    private static object RandomInt(Arguments arguments)
    {
        var (lower, upper) = (Bound(arguments, "lower"), Bound(arguments, "upper"));
        if (upper < lower)
        {
            throw new EvaluationException("In 'randomIn()' upper is less than lower");
        }

        if (upper == lower)
        {
            return unchecked((int)lower);
        }

        var chance = BinaryPrimitives.ReadUInt128BigEndian(RandomBytes(arguments.Frame, 16));
        return checked((int)(lower + (Int128)(chance % (UInt128)((Int128)upper - lower))));
    }

    private static long Bound(Arguments arguments, string name)
    {
        if (!arguments.Has(name))
        {
            throw new EvaluationException($"The 'randomIn()' function expects an argument {name}");
        }

        return arguments[name] as long? ?? throw new EvaluationException($"The 'randomIn()' function expects an argument {name} of type Long.");
    }

    private static object FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Block(Arguments arguments)
    {
        if (!arguments.Has("name"))
        {
            throw new ConversionException("The 'block' function expects the name of a block");
        }

        var frame = arguments.Frame;
        return arguments["name"] is string name && frame.Program.Blocks.TryGetValue(name, out var body) ? frame.Deeper(() => frame.Captured(body)) : "";
    }
}
