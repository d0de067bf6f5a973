namespace Kestra.Ion;

/// <summary>Reads text Ion, value by value.</summary>
internal sealed class IonTextReader
{
    private readonly IonCharReader _chars;
    private readonly IonOptions _options;
    private readonly IonStringReader _strings;
    private readonly IonNumberReader _numbers;
    private readonly IonSymbolTable _symbols;
    private int _depth;

    public IonTextReader(TextReader input, IonOptions options)
    {
        _options = options;
        _chars = new IonCharReader(input, options);
        _strings = new IonStringReader(_chars);
        _numbers = new IonNumberReader(_chars, options);
        _symbols = new IonSymbolTable(options);
    }

    /// <summary>The next top-level value, or false at the end of the text.</summary>
    public bool TryReadNext(out object? value)
    {
        while (true)
        {
            _chars.StartValue();
            SkipSeparators();
            if (_chars.Peek() == IonCharReader.End)
            {
                value = null;
                return false;
            }

            if (!TrySkipVersionMarker() && !TryReadSymbolTable(out value))
            {
                return true;
            }
        }
    }

    // Rows are sometimes written with commas between them; Ion has none at the top level, and they carry no meaning.
    private void SkipSeparators()
    {
        _chars.SkipBlanks();
        while (_chars.TryTake(','))
        {
            _chars.SkipBlanks();
        }
    }

    private bool TrySkipVersionMarker()
    {
        const string Marker = "$ion_1_0";
        if (!_chars.At(Marker) || IonSymbol.IsIdentifierPart(_chars.Peek(Marker.Length)) || _chars.Peek(Marker.Length) == ':')
        {
            return false;
        }

        _chars.Skip(Marker.Length);
        _symbols.Reset();
        return true;
    }

    private bool TryReadSymbolTable(out object? value)
    {
        if (!_chars.At(IonSymbolTable.Annotation + "::"))
        {
            value = ReadValue(inExpression: false);
            return false;
        }

        value = ReadValue(inExpression: false);
        if (value is not IReadOnlyDictionary<string, object?> table)
        {
            return false;
        }

        _symbols.Declare(table);
        return true;
    }

    private object? ReadValue(bool inExpression)
    {
        List<string>? annotations = null;
        while (true)
        {
            _chars.SkipBlanks();
            var c = _chars.Peek();
            if (!StartsSymbol(c))
            {
                return Annotated(annotations, ReadUnnamed(c, inExpression));
            }

            var quoted = c == '\'';
            var (line, column) = (_chars.Line, _chars.Column);
            var symbol = quoted ? _strings.ReadQuotedSymbol() : _strings.ReadIdentifier();
            if (!TryTakeColons())
            {
                return Annotated(annotations, quoted ? symbol : Keyword(symbol, line, column));
            }

            (annotations ??= []).Add(symbol);
            if (annotations.Count > _options.MaxDepth)
            {
                throw _chars.Error($"The value has more than {_options.MaxDepth} annotations");
            }
        }
    }

    private bool StartsSymbol(int c) => IonSymbol.IsIdentifierStart(c) || (c == '\'' && !_chars.At("'''"));

    // '::' may be set apart by blanks; a single ':' belongs to the struct around.
    private bool TryTakeColons()
    {
        _chars.SkipBlanks();
        if (!_chars.At("::"))
        {
            return false;
        }

        _chars.Skip(2);
        return true;
    }

    private object? Annotated(List<string>? annotations, object? value)
    {
        if (annotations is null || value is not string text)
        {
            return value;
        }

        foreach (var annotation in annotations)
        {
            try
            {
                if (IonTemporal.TryRead(annotation, text, out var typed))
                {
                    return typed;
                }
            }
            catch (Exception e) when (e is FormatException or NodaTime.Text.UnparsableValueException or ArgumentException or OverflowException)
            {
                throw _chars.Error($"\"{text}\" is not a {annotation}: {e.Message}", e);
            }
        }

        return text;
    }

    private object? ReadUnnamed(int c, bool inExpression)
    {
        switch (c)
        {
            case '"': return _strings.ReadString();
            case '\'': return _strings.ReadLongString();
            case '[': return ReadSequence('[', ']', commas: true);
            case '(': return ReadSequence('(', ')', commas: false);
            case '{': return _chars.Peek(1) == '{' ? _strings.ReadLob() : ReadStruct();
            case '+' or '-' when _chars.At(c == '+' ? "+inf" : "-inf") && !IonSymbol.IsIdentifierPart(_chars.Peek(4)):
                _chars.Skip(4);
                return c == '+' ? double.PositiveInfinity : double.NegativeInfinity;
            case '-' when char.IsAsciiDigit((char)Math.Max(0, _chars.Peek(1))):
            case >= '0' and <= '9':
                return _numbers.Read(inExpression);
            default:
                return inExpression && IonSymbol.IsOperator(c) ? _strings.ReadOperator() : throw _chars.Unexpected("a value");
        }
    }

    private object? Keyword(string symbol, int line, int column)
    {
        switch (symbol)
        {
            case "true": return true;
            case "false": return false;
            case "nan": return double.NaN;
            case "null": return TypedNull();
            default: return Resolve(symbol, line, column);
        }
    }

    private object? TypedNull()
    {
        if (!_chars.TryTake('.'))
        {
            return null;
        }

        var (line, column) = (_chars.Line, _chars.Column);
        var type = IonSymbol.IsIdentifierStart(_chars.Peek()) ? _strings.ReadIdentifier() : "";
        return type is "null" or "bool" or "int" or "float" or "decimal" or "timestamp" or "string" or "symbol" or "blob"
            or "clob" or "struct" or "list" or "sexp"
            ? null
            : throw new IonException($"'null.{type}' names no type of Ion", line, column);
    }

    // An unquoted $10 stands for the tenth symbol of the table.
    private string? Resolve(string symbol, int line, int column)
    {
        if (!IonSymbol.TryParseNumber(symbol, out var number))
        {
            return symbol;
        }

        return _symbols.TryGet(number, out var name)
            ? name
            : throw new IonException($"The symbol {symbol} is not declared; the highest is ${_symbols.MaxId}", line, column);
    }

    private List<object?> ReadSequence(char open, char close, bool commas)
    {
        Enter(open);
        var items = new List<object?>();
        while (!TryClose(close))
        {
            items.Add(ReadValue(inExpression: !commas));
            if (commas)
            {
                TakeComma(close);
            }
        }

        return items;
    }

    private OrderedDictionary<string, object?> ReadStruct()
    {
        Enter('{');
        var fields = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        while (!TryClose('}'))
        {
            var name = ReadFieldName();
            _chars.SkipBlanks();
            if (!_chars.TryTake(':') || _chars.Peek() == ':')
            {
                throw _chars.Unexpected($"one ':' after the field name '{name}'");
            }

            fields[name] = ReadValue(inExpression: false);
            TakeComma('}');
        }

        return fields;
    }

    private string ReadFieldName()
    {
        var c = _chars.Peek();
        if (c == '"')
        {
            return _strings.ReadString();
        }

        if (c == '\'')
        {
            return _chars.At("'''") ? _strings.ReadLongString() : _strings.ReadQuotedSymbol();
        }

        if (!IonSymbol.IsIdentifierStart(c))
        {
            throw _chars.Unexpected("a field name");
        }

        var (line, column) = (_chars.Line, _chars.Column);
        var name = _strings.ReadIdentifier();
        if (name is "null" or "true" or "false" or "nan")
        {
            throw new IonException($"The field name '{name}' must stand in quotes", line, column);
        }

        // A symbol whose text is not known still is a field; its number is all that is left of its name.
        return Resolve(name, line, column) ?? name;
    }

    private void Enter(char open)
    {
        if (_depth >= _options.MaxDepth)
        {
            throw _chars.Error($"The value is nested deeper than {_options.MaxDepth} levels");
        }

        _depth++;
        _chars.TryTake(open);
    }

    private bool TryClose(char close)
    {
        _chars.SkipBlanks();
        if (!_chars.TryTake(close))
        {
            return false;
        }

        _depth--;
        return true;
    }

    private void TakeComma(char close)
    {
        _chars.SkipBlanks();
        if (!_chars.TryTake(',') && _chars.Peek() != close)
        {
            throw _chars.Unexpected($"',' or '{close}'");
        }
    }
}
