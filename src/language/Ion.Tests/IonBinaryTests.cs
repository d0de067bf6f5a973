using System.Text;
using NodaTime;

namespace Kestra.Ion.Tests;

public sealed class IonBinaryTests
{
    // Each row: the bytes after the version marker, and the same value as text. From the rules of the binary format.
    [Theory]
    [InlineData("0F", "null")]
    [InlineData("3F", "null")]
    [InlineData("DF", "null")]
    [InlineData("10", "false")]
    [InlineData("11", "true")]
    [InlineData("20", "0")]
    [InlineData("2101", "1")]
    [InlineData("220100", "256")]
    [InlineData("3105", "-5")]
    [InlineData("29010000000000000000", "18446744073709551616")]
    [InlineData("40", "0e0")]
    [InlineData("443FC00000", "1.5e0")]
    [InlineData("483FF8000000000000", "1.5e0")]
    [InlineData("50", "0.")]
    [InlineData("52C16E", "11.0")]
    [InlineData("52C18F", "-1.5")]
    [InlineData("51C3", "0.000")]
    [InlineData("6480 0FE8 81", "2024-01-01")]
    [InlineData("6580 0FE8 8182", "2024-01-02")]
    [InlineData("6780 0FE8 8182 8384", "2024-01-02T03:04Z")]
    [InlineData("6880 0FE8 8182 838485", "2024-01-02T03:04:05Z")]
    [InlineData("6B80 0FE8 8182 838485 C3 007B", "2024-01-02T03:04:05.123Z")]
    [InlineData("69 00F8 0FE8 8182 818485", "2024-01-02T03:04:05+02:00")]
    [InlineData("68 80 0FE8 8181 808080", "2024-01-01")]
    [InlineData("7104", "name")]
    [InlineData("80", "\"\"")]
    [InlineData("83616263", "\"abc\"")]
    [InlineData("8E90 30313233343536373839303132333435", "\"0123456789012345\"")]
    [InlineData("93616263", "{{\"abc\"}}")]
    [InlineData("A26869", "{{aGk=}}")]
    [InlineData("B42101 2102", "[1,2]")]
    [InlineData("C0", "[]")]
    [InlineData("B5 2101 01FF 11", "[1,true]")]
    [InlineData("D3 84 2101", "{name:1}")]
    [InlineData("D1 83 84 2101", "{name:1}")]
    [InlineData("E6 81 84 83616263", "\"abc\"")]
    [InlineData("E38184 11", "true")]
    [InlineData("00 11", "true")]
    public void Values_read_as_their_text_does(string hex, string text)
    {
        var value = IonBinary.Read(Document(hex)).Single();

        IonText.Write(value).ShouldBe(IonText.Write(IonText.Read(text)));
    }

    [Fact]
    public void Symbol_tables_name_the_fields()
    {
        // $ion_symbol_table::{symbols:["id","x"]} {id:1,x:"y"} {x:null}
        var table = Wrapped(0xE0, [0x81, 0x83, .. Wrapped(0xD0, [0x87, .. Wrapped(0xB0, [0x82, .. "id"u8, 0x81, .. "x"u8])])]);
        byte[] document = [0xE0, 1, 0, 0xEA, .. table, .. Wrapped(0xD0, [0x8A, 0x21, 1, 0x8B, 0x81, .. "y"u8]), 0xD2, 0x8B, 0x0F];

        using var stream = new MemoryStream(document);
        IonBinary.Read(stream).Select(row => IonText.Write(row)).ShouldBe(["{id:1,x:\"y\"}", "{x:null}"]);
    }

    [Fact]
    public void Annotated_times_read_typed()
    {
        var table = Wrapped(0xE0, [0x81, 0x83, .. Wrapped(0xD0, [0x87, .. Wrapped(0xB0, Wrapped(0x80, "LocalTime"u8.ToArray()))])]);
        byte[] document = [0xE0, 1, 0, 0xEA, .. table, .. Wrapped(0xE0, [0x81, 0x8A, .. Wrapped(0x80, "03:04:05"u8.ToArray())])];

        using var stream = new MemoryStream(document);
        IonBinary.Read(stream).Single().ShouldBe(new LocalTime(3, 4, 5));
    }

    [Fact]
    public void A_second_marker_forgets_the_symbols()
    {
        var table = Wrapped(0xE0, [0x81, 0x83, .. Wrapped(0xD0, [0x87, .. Wrapped(0xB0, [0x81, .. "a"u8])])]);
        byte[] document = [0xE0, 1, 0, 0xEA, .. table, 0x71, 0x0A, 0xE0, 1, 0, 0xEA, 0x71, 0x0A];

        using var stream = new MemoryStream(document);
        using var rows = IonBinary.Read(stream).GetEnumerator();
        rows.MoveNext().ShouldBeTrue();
        rows.Current.ShouldBe("a");
        Should.Throw<IonException>(() => rows.MoveNext()).Message.ShouldContain("$10");
    }

    [Fact]
    public void Row_files_are_told_apart_by_their_first_bytes()
    {
        using var text = new MemoryStream(Encoding.UTF8.GetBytes("1\n2"));
        using var empty = new MemoryStream();

        IonRows.Read(Document("2101 2102")).ShouldBe([1, 2]);
        IonRows.Read(text).ShouldBe([1, 2]);
        IonRows.Read(empty).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("21", "ends inside")]
    [InlineData("8E", "ends inside")]
    [InlineData("8EFF", "ends inside")]
    [InlineData("12", "not binary Ion")]
    [InlineData("F0", "not binary Ion")]
    [InlineData("430000", "ends inside")]
    [InlineData("43000000", "not binary Ion")]
    [InlineData("B121", "not binary Ion")]
    [InlineData("71FF", "not declared")]
    [InlineData("E0FFFFFF", "version 1.0")]
    [InlineData("6580 0FE8 8D82", "not valid")]
    [InlineData("8E00000000000000000080", "not credible")]
    public void Broken_bytes_are_refused(string hex, string message) =>
        Should.Throw<IonException>(() => IonBinary.Read(Document(hex)).ToList()).Message.ShouldContain(message);

    [Fact]
    public void Bytes_without_the_marker_are_refused()
    {
        using var stream = new MemoryStream([0x21, 1]);

        Should.Throw<IonException>(() => IonBinary.Read(stream).ToList()).Message.ShouldContain("marker");
    }

    [Fact]
    public void Limits_hold()
    {
        var nested = Enumerable.Range(0, 5).Aggregate(new byte[] { 0x11 }, (inner, _) => Wrapped(0xB0, inner));

        Should.Throw<IonException>(() => IonBinary.Read(Document(Convert.ToHexString(nested)), new IonOptions { MaxDepth = 3 }).ToList()).Message.ShouldContain("deeper");
        Should.Throw<IonException>(() => IonBinary.Read(Document("83616263"), new IonOptions { MaxValueSize = 3 }).ToList()).Message.ShouldContain("longer");
        Should.Throw<IonException>(() => IonBinary.Read(Document("2801020304050607 08"), new IonOptions { MaxNumberDigits = 10 }).ToList()).Message.ShouldContain("digits");
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(1, 40)];
            random.NextBytes(bytes);
            using var stream = new MemoryStream([0xE0, 1, 0, 0xEA, .. bytes]);
            try
            {
                _ = IonBinary.Read(stream).Count();
            }
            catch (IonException e)
            {
                e.Message.ShouldNotBeNullOrEmpty();
            }
        }
    }

    private static byte[] Wrapped(int type, byte[] body) => body.Length < 14
        ? [(byte)(type | body.Length), .. body]
        : [(byte)(type | 14), (byte)(0x80 | body.Length), .. body];

    private static MemoryStream Document(string hex) =>
        new([0xE0, 1, 0, 0xEA, .. Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))]);
}
